"""The app of templates and styles that all rooms use."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Common: no models."""

    name = "common"
    verbose_name = "Common"
