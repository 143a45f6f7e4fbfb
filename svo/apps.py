"""The app of the SOLARNET Virtual Observatory."""

from django.apps import AppConfig


class SVOConfig(AppConfig):
    """Client, records, submission and synchronisation."""

    name = "svo"
    verbose_name = "SOLARNET Virtual Observatory"

    def ready(self) -> None:
        """Connect the signals and the checks."""
        from svo import checks, signals  # noqa: F401
