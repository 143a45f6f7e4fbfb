"""The app of the SOLARNET Virtual Observatory."""

from django.apps import AppConfig


class SVOConfig(AppConfig):
    """Client, records, submission and synchronisation."""

    name = "svo"
    verbose_name = "SOLARNET Virtual Observatory"

    def ready(self) -> None:
        """Connect the signals."""
        from svo import signals  # noqa: F401
