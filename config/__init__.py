"""The wiring: settings, URLs, and the Celery app, which Django needs loaded for its tasks to be found."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
