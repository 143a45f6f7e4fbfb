"""The headers that tell browsers what a page of the archive may do, beside those of Django's own middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def _policy(programs: str, images: str) -> str:
    """Allow files of this server only; scripts, styles and images from where it is said."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {programs}",
            f"style-src {programs}",
            f"img-src {images}",
            "media-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


CONTENT_SECURITY_POLICY = _policy("'self'", "'self'")
"""Nothing but files of this server: what a FITS header holds can never run."""

# The API's documentation is a page of drf-spectacular's that has a script and a style in it, and small drawings in its
# style sheets. Nothing that people have written is shown there.
_DOCUMENTATION = "docs"
_DOCUMENTATION_POLICY = _policy("'self' 'unsafe-inline'", "'self' data:")

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers to every response; one that a view has set stays as it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        page = request.resolver_match.url_name if request.resolver_match else None
        policy = _DOCUMENTATION_POLICY if page == _DOCUMENTATION else CONTENT_SECURITY_POLICY
        response.setdefault("Content-Security-Policy", policy)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return middleware
