"""The conductor of ingestions. It uses no orders, no HTTP and no Celery."""
