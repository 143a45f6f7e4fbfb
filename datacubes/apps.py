"""The Django app of the archive's holdings."""

from django.apps import AppConfig


class DataCubesConfig(AppConfig):
    """Cubes, access, headers, metadata, tags and previews."""

    name = "datacubes"
    verbose_name = "Data cubes"

    def ready(self) -> None:
        from datacubes import signals  # noqa: F401
