"""People: sign-up, log-in, verified e-mail addresses, profiles, tokens for the API, and requests for access."""
