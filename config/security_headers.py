"""The headers that tell browsers what a page of the archive may do, beside those of Django's own middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Style sheets, also those of the API's documentation, have small drawings in them.
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles, images and movies come from files of this server only: what a FITS header holds can never run."""

# A page of drf-spectacular's with a script and a style in it. Nothing that people have written is shown there.
_API_DOCUMENTATION = "docs"
_API_DOCUMENTATION_POLICY = CONTENT_SECURITY_POLICY.replace("-src 'self';", "-src 'self' 'unsafe-inline';", 2)

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers to every response; one that a view has set stays as it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        page = request.resolver_match.url_name if request.resolver_match else None
        policy = _API_DOCUMENTATION_POLICY if page == _API_DOCUMENTATION else CONTENT_SECURITY_POLICY
        response.setdefault("Content-Security-Policy", policy)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return middleware
