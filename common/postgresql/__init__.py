"""Django's backend of PostgreSQL, for the settings' ENGINE."""
