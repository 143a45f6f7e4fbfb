"""The Django app of the command that writes sample cubes."""

from django.apps import AppConfig


class DevToolsConfig(AppConfig):
    """The developers' tools; the app has no models."""

    name = "devtools"
    verbose_name = "Developer tools"
