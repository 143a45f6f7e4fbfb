"""The app of the queue."""

from django.apps import AppConfig


class WorkOrdersConfig(AppConfig):
    """Work orders: posted over HTTP, carried out by Celery workers, seen in the admin."""

    name = "workorders"
    verbose_name = "Work orders"
