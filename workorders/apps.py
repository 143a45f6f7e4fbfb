"""The app of the queue."""

from django.apps import AppConfig


class WorkOrdersConfig(AppConfig):
    """Work orders: posted over HTTP, carried out by Celery workers, seen in the admin."""

    name = "workorders"
    verbose_name = "Work orders"

    def ready(self) -> None:
        """Let downloads queue a file that has changed."""
        from catalogue.downloads.as_ingested import queue_again
        from workorders.changed_files import queue_changed_file

        queue_again.fill(queue_changed_file)
