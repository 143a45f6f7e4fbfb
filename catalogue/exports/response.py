"""Answers a request for a list of cubes with an export."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError

from catalogue.exports.formats import EXPORT_FORMATS, ExportFormat
from catalogue.exports.rows import Busy, Rows, TooManyRows
from catalogue.filters import TOO_MANY_COMPARED, DataCubeFilter
from common.api.negotiation import BytesRenderer
from common.bounded_statements import TookTooLong


class ServerBusy(APIException):
    """The server makes as many exports as it may at once."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The server is making as many exports as it can. Try again in some seconds."
    wait = 10  # Seconds, which become Retry-After.


EXPORT_RENDERERS = [
    type(f"{name.title()}Renderer", (BytesRenderer,), {"format": name, "media_type": one.media_type})
    for name, one in EXPORT_FORMATS.items()
]
"""What the negotiation chooses from; they render errors only."""


def export(request: HttpRequest, filters: DataCubeFilter, order: str, one: ExportFormat) -> HttpResponseBase:
    """Return the list as a stream. If it fails midway, the connection ends, so that it does not look whole.

    Raises
    ------
    ValidationError
        If the list is too long, or its search takes too long.
    ServerBusy
        If too many exports are being made.
    """
    headers = {
        "Content-Disposition": f'attachment; filename="{one.filename}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization, Cookie",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type=one.media_type, headers=headers)
    try:
        rows = Rows(request, filters, order)
    except TooManyRows as error:
        raise ValidationError({"format": [str(error)]}) from error
    except TookTooLong as error:
        raise ValidationError({"keyword": [TOO_MANY_COMPARED]}) from error
    except Busy as error:
        raise ServerBusy from error
    return _ExportResponse(rows, one, headers)


class _ExportResponse(StreamingHttpResponse):
    """A stream that gives its place back however it ends, also if the client goes away before the first byte."""

    def __init__(self, rows: Rows, one: ExportFormat, headers: dict[str, str]) -> None:
        super().__init__(one.write(rows), content_type=one.media_type, headers=headers)
        self._rows = rows

    def close(self) -> None:
        super().close()
        self._rows.close()
