"""The app of the queue."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkOrdersConfig(AppConfig):
    """Work orders: posted over HTTP, carried out by Celery workers, seen in the admin."""

    name = "workorders"
    verbose_name = "Work orders"

    def ready(self) -> None:
        """Let downloads queue a file that has changed, and `migrate` set guards and indexes of the database."""
        from catalogue.downloads.as_ingested import queue_again
        from workorders.changed_files import queue_changed_file
        from workorders.database_guards import set_guards
        from workorders.text_indexes import add_text_indexes

        queue_again.fill(queue_changed_file)
        post_migrate.connect(set_guards, sender=self)
        post_migrate.connect(add_text_indexes, sender=self)
