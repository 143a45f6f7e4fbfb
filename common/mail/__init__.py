"""Mail. Each mail is stored as a row first, and a Celery task sends it, so that no request waits for a mail server."""
