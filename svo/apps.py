"""The Django app of the SOLARNET Virtual Observatory."""

from django.apps import AppConfig


class SVOConfig(AppConfig):
    """Client, records, submission and synchronisation."""

    name = "svo"
    verbose_name = "SOLARNET Virtual Observatory"

    def ready(self) -> None:
        """Connect the signals, the checks and the wake-up of workers."""
        from svo import checks, notes, signals, tasks  # noqa: F401

        notes.wake_sender.fill(tasks.wake_sender)
