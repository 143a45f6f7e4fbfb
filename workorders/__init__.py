"""The queue: work orders, their HTTP API and admin, the Celery tasks, the ingest commands."""
