"""The Django app of the pages, the read API and the downloads."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue, and the selections that its visitors keep."""

    name = "catalogue"
    verbose_name = "Catalogue"
