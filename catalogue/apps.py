"""The app of the pages, the read API and the downloads."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Catalogue: no models."""

    name = "catalogue"
    verbose_name = "Catalogue"
