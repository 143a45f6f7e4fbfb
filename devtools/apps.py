"""The app of the command that writes sample cubes."""

from django.apps import AppConfig


class DevToolsConfig(AppConfig):
    """Developer tools: no models."""

    name = "devtools"
    verbose_name = "Developer tools"
