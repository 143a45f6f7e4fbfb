"""The Django app of the Virtual Observatory."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VOConfig(AppConfig):
    """TAP and DataLink."""

    name = "vo"
    verbose_name = "Virtual Observatory"

    def ready(self) -> None:
        """Let jobs wake workers, and `migrate` give the role of queries the views that it has made."""
        from vo import tasks, wakeups
        from vo.role import grant_after_migrate

        wakeups.wake_worker.fill(tasks.wake_worker)
        post_migrate.connect(grant_after_migrate, sender=self)
