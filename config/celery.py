"""The Celery app: ``celery -A config worker``, ``celery -A config beat``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("archive")
app.config_from_object("celeryconfig")
app.autodiscover_tasks()
