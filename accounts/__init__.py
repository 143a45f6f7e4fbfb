"""People: how they log in, and how they set a password by mail. Staff make accounts, in the admin."""
