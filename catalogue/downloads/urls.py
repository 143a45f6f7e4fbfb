"""The URL of a cube's file; `datacubes.links` makes the links."""

from django.urls import path

from catalogue.downloads.views import DownloadView
from datacubes import links  # noqa: F401  Registers the converter.

urlpatterns = [path("<oid:oid>/<str:filename>", DownloadView.as_view(), name="download")]
