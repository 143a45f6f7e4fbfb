"""The app of what the archive holds."""

from django.apps import AppConfig


class DataCubesConfig(AppConfig):
    """Cubes, access, headers, metadata, tags and previews."""

    name = "datacubes"
    verbose_name = "Data cubes"

    def ready(self) -> None:
        """Connect the signals."""
        from datacubes import signals  # noqa: F401
