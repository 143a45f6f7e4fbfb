"""The conductor of ingestions. It knows nothing of orders, HTTP or Celery."""
