"""The archive's icon for pages that do not name one: the admin, the API's documentation, plain files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Redirect from the URL at which browsers look for an icon to the icon's file."""
    return redirect(static("catalogue/icon.svg"))
