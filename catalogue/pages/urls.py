"""The URLs of the pages, and of the files that they show."""

from django.conf import settings
from django.urls import path

from catalogue.pages.catalogue import catalogue
from catalogue.pages.compare import compare
from catalogue.pages.cube import cube_page
from catalogue.pages.help import help_page
from catalogue.pages.icon import icon
from catalogue.pages.media import media
from catalogue.pages.selections import keep, selection_page
from datacubes import links  # noqa: F401  Registers the converter.

urlpatterns = [
    path("", catalogue, name="catalogue"),
    path("cubes/<oid:oid>/", cube_page, name="cube"),
    path("compare/", compare, name="compare"),
    path("help/", help_page, name="help"),
    path("selections/", keep, name="keep-selection"),
    path("selections/<slug:key>/", selection_page, name="selection"),
    path("favicon.ico", icon, name="icon"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", media, name="media"),
]
