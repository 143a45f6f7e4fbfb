"""The Django app of the archive's holdings."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DataCubesConfig(AppConfig):
    """Cubes, access, headers, metadata, tags and previews."""

    name = "datacubes"
    verbose_name = "Data cubes"

    def ready(self) -> None:
        from datacubes import signals  # noqa: F401
        from datacubes.text_indexes import add_text_indexes

        post_migrate.connect(add_text_indexes, sender=self)
