"""The app of the keeper."""

from django.apps import AppConfig


class KeeperConfig(AppConfig):
    """Discovery and fixity."""

    name = "keeper"
    verbose_name = "Keeper"

    def ready(self) -> None:
        """Let downloads and pages know what the checks of files have found."""
        from catalogue.fixity import damage_found, recorded_digest
        from keeper.fixity.records import damage_of, digest_of

        recorded_digest.fill(digest_of)
        damage_found.fill(damage_of)
