"""``/api/v1/docs/``: the reference of the API, as a page of the site."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from operations.api_reference import api_reference


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show every operation and object of the API."""
    return render(
        request, "operations/api_docs.html", {"reference": api_reference(), "base": settings.ARCHIVE_BASE_URL}
    )
