"""The wiring: settings, URLs, and the Celery app, which Django needs loaded for its tasks to be found."""

import gc

# What imports make stays. To look for garbage among it would take a third of the start of each process; config/apps.py
# allows it again once all apps are loaded.
gc.disable()

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
