"""Mail: whatever the archive sends is a row first, and is sent by a Celery task. No request waits for a mail server."""
