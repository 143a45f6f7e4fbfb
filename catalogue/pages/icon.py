"""The archive's icon, for pages that name none: the admin's, the documentation of the API, plain files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Answer the address at which browsers look for an icon with where it is."""
    return redirect(static("catalogue/icon.svg"))
