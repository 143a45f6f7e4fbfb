"""The last app to be loaded."""

import gc

from django.apps import AppConfig


class LoadedConfig(AppConfig):
    """Ends the start of a process that config/__init__.py has begun: no models."""

    name = "config"
    label = "loaded"

    def ready(self) -> None:
        """Have garbage collected from now on, among what is made from now on."""
        gc.freeze()
        gc.enable()
