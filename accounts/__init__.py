"""People: login and new passwords by mail. Staff create accounts in the admin."""
