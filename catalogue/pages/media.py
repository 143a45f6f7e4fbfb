"""Files of previews. In production the web server may send them from MEDIA_ROOT instead, with the same lifetime."""

import logging
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from catalogue.downloads.files import BLOCK_SIZE, OnePart, OpenFile
from catalogue.downloads.views import RETRY_AFTER_SECONDS
from common.errors import PermanentError, TransientError
from common.http.ranges import ByteRange, RangesRefused, requested_ranges
from common.paths import confined_path

logger = logging.getLogger(__name__)

CONTENT_TYPES = {".jpg": "image/jpeg", ".webm": "video/webm"}
"""What previews are made of; nothing else is sent, in particular no file that is still being written."""

# Each preview has a name that no other file has had or will have.
_CACHE_CONTROL = "public, max-age=31536000, immutable"


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a preview, or the part of it that a player asks for."""
    content_type = CONTENT_TYPES.get(PurePosixPath(path).suffix)
    if content_type is None:
        raise Http404("There is no such preview.")
    root = Path(settings.MEDIA_ROOT)
    try:
        confined_path(root, path)
        file = OpenFile(root, path)
    except PermanentError as error:
        logger.info("A preview that is not there was asked for: %s", error)
        raise Http404("There is no such preview.") from error
    except TransientError as error:
        logger.warning("A preview cannot be sent: %s", error)
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    response = _send(request, file, content_type)
    if not response.streaming:
        file.close()
    return response


def _send(request: HttpRequest, file: OpenFile, content_type: str) -> HttpResponseBase:
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": _CACHE_CONTROL,
        "ETag": file.etag,
        "Last-Modified": http_date(file.modified),
    }
    try:
        ranges = requested_ranges(request.headers.get("Range", ""), file.size)
    except RangesRefused:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    # Players ask for one part at a time. Who asks for several may be sent the whole (RFC 9110, section 14.2).
    part = ranges[0] if ranges and len(ranges) == 1 else ByteRange(0, file.size)
    headers["Content-Length"] = str(part.length)
    status = 200
    if ranges and len(ranges) == 1:
        headers["Content-Range"] = part.content_range(file.size)
        status = 206
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    response = FileResponse(OnePart(file, part), status=status, content_type=content_type, headers=headers)
    response.block_size = BLOCK_SIZE
    return response
