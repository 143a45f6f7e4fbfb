"""The resources that describe the service (VOSI 1.1), and its examples (DALI 1.1)."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vo.adql.functions import FUNCTIONS
from vo.answers import tap_view, xml
from vo.examples import EXAMPLES
from vo.execution import NotReady, check_ready
from vo.formats import FORMATS
from vo.tables import SCHEMAS
from vo.tables.tap_schema import KEYS

_STARTED = datetime.now(UTC)


@tap_view
@require_safe
def root(request: HttpRequest) -> HttpResponseBase:
    """Lead to the capabilities who opens the service's own address."""
    return HttpResponse(status=303, headers={"Location": f"{settings.ARCHIVE_BASE_URL}/tap/capabilities"})


@tap_view
@require_safe
def capabilities(request: HttpRequest) -> HttpResponseBase:
    """Say what the service can."""
    context = {
        "base": settings.ARCHIVE_BASE_URL,
        "formats": FORMATS,
        "retention_seconds": settings.TAP_RESULT_DAYS * 86_400,
        "async_seconds": settings.TAP_ASYNC_SECONDS,
        "max_rows": settings.TAP_MAX_ROWS,
        "string_functions": sorted({name.upper() for name, _ in FUNCTIONS if name in ("lower", "upper")}),
    }
    return xml("capabilities.xml", context)


@tap_view
@require_safe
def tables(request: HttpRequest) -> HttpResponseBase:
    """Describe all tables."""
    return xml("tables.xml", {"schemas": SCHEMAS, "keys": KEYS})


@tap_view
@require_safe
def availability(request: HttpRequest) -> HttpResponseBase:
    """Say whether queries can be carried out."""
    try:
        check_ready()
        reason = ""
    except NotReady:
        reason = "The archive's database is not prepared for TAP."
    return xml("availability.xml", {"reason": reason, "started": _STARTED})


@tap_view
@require_safe
def examples(request: HttpRequest) -> HttpResponseBase:
    """Show examples of queries, which clients such as TOPCAT offer."""
    context = {"examples": EXAMPLES, "base": settings.ARCHIVE_BASE_URL}
    return render(request, "vo/examples.html", context, content_type="application/xhtml+xml")
