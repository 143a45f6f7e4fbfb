"""People: sign-up, log-in, verified e-mail addresses, profiles, and tokens for the API."""
