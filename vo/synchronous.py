"""/tap/sync: a query whose result is the answer."""

from tempfile import TemporaryFile
from threading import BoundedSemaphore

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from vo.answers import Busy, tap_view
from vo.execution import carry_out, prepare
from vo.parameters import given_parameters, wanted

QUERIES_AT_ONCE = 2
"""Of each process of the web server: fewer than its threads."""

_free = BoundedSemaphore(QUERIES_AT_ONCE)


@tap_view
@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: HttpRequest) -> HttpResponseBase:
    """Carry out a query, and send the result."""
    asked = wanted(given_parameters(request))
    translation = prepare(asked.query, asked.most)
    if not _free.acquire(blocking=False):
        raise Busy
    file = TemporaryFile()  # noqa: SIM115  The response closes it.
    try:
        carry_out(translation, asked.query, asked.most, asked.form, settings.TAP_SYNC_SECONDS, file)
    except BaseException:
        file.close()
        raise
    finally:
        _free.release()
    size = file.tell()
    file.seek(0)
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'inline; filename="result.{asked.form.suffix}"',
        "Cache-Control": "no-store",
    }
    return FileResponse(file, content_type=asked.form.media_type, headers=headers)
