"""The Celery app: ``celery -A config worker``, ``celery -A config beat``."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("archive")
app.config_from_object("celeryconfig")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging_of_settings(**kwargs: object) -> None:
    """Keep Celery from setting up logging in its own way: the settings have done it."""
