"""The Django app of the pages, the read API and the downloads."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue; the app has no models."""

    name = "catalogue"
    verbose_name = "Catalogue"
