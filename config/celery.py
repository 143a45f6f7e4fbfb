"""The Celery app: ``celery -A config worker``, ``celery -A config beat``."""

import os
import resource

from billiard import pool
from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.conf import settings
from django.db import close_old_connections

from common.redis_broker import be_patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Celery would have Django check all pages and the admin, which takes long to import them, and would ignore what the
# checks report. The settings are checked when they are read, at the start of each process.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
# Workers need not know of each other. To ask who else is there would delay each start by a second.
os.environ.setdefault("CELERY_WORKER_WITHOUT_MINGLE", "true")
os.environ.setdefault("CELERY_WORKER_WITHOUT_GOSSIP", "true")

app = Celery("archive")
app.config_from_object("celeryconfig")
app.autodiscover_tasks()

be_patient()
# Before a process of the pool ends, it waits until the main process has read its last result. A main process that is
# itself ending does not read it, and our results are empty. So it waits for 20 tenths of a second and not for 300:
# service managers do not wait for 30 s.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


@setup_logging.connect
def keep_logging_of_settings(**kwargs: object) -> None:
    """Prevent Celery from configuring logging; the settings have done it."""


@task_prerun.connect
def check_connection(**kwargs: object) -> None:
    """Have the connection to the database, which is kept between tasks, checked at its next use."""
    close_old_connections()


@worker_process_init.connect
def limit_memory(**kwargs: object) -> None:
    """Bound the memory of a worker process. A file that needs more ends in a MemoryError.

    RLIMIT_DATA counts the memory that is written to, where RLIMIT_AS would also count what is only mapped, such as
    libraries.
    """
    limit = settings.WORKER_MEMORY_LIMIT_MB * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
