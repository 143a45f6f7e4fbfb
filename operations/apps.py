"""The app of health, metrics and the admin's front page."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Operations: no models."""

    name = "operations"
    verbose_name = "Operations"
