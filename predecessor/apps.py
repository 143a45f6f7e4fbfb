"""The app of what comes from sst_archive."""

from django.apps import AppConfig


class PredecessorConfig(AppConfig):
    """The import from sst_archive."""

    name = "predecessor"
    verbose_name = "From sst_archive"

    def ready(self) -> None:
        """Let an ingestion give a cube what sst_archive knew of it."""
        from datacubes.inheritance import inherit
        from predecessor.inheritance import inherit_facts

        inherit.fill(inherit_facts)
