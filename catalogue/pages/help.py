"""The page for astronomers: from a question to a plot."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show how to find, download and open cubes, with the address of this archive."""
    offers_tap = connection.vendor == "postgresql"
    return render(request, "catalogue/help.html", {"base": settings.ARCHIVE_BASE_URL, "offers_tap": offers_tap})
