"""People: login, new passwords by mail, requests for access. Staff create accounts in the admin."""
