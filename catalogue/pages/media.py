"""Sends the files of previews. In production, the web server may send them from MEDIA_ROOT, with the same lifetime."""

import logging
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from catalogue.downloads.files import send_file
from catalogue.downloads.views import RETRY_AFTER_SECONDS
from common.errors import PermanentError, TransientError
from common.http.ranges import RangeRefused
from common.paths import FileAbsent
from datacubes.closed_previews import may_see_preview

logger = logging.getLogger(__name__)

CONTENT_TYPES = {".jpg": "image/jpeg", ".webm": "video/webm"}
"""The types of preview files. Other files are not sent, such as a file that is still being written."""

# The name of a preview is never reused.
_FOR_EVERYBODY = "public, max-age=31536000, immutable"
_FOR_THIS_PERSON = "private, max-age=3600"


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a preview, or the part of it that a player requests."""
    content_type = CONTENT_TYPES.get(PurePosixPath(path).suffix)
    if content_type is None:
        raise Http404("The archive has no preview at this address.")
    if not may_see_preview(request.user, path):
        raise Http404("The archive has no preview at this address.")
    cache_control = _FOR_EVERYBODY if settings.PREVIEWS_OF_RESTRICTED_CUBES else _FOR_THIS_PERSON
    try:
        return send_file(request, Path(settings.MEDIA_ROOT), path, content_type, {"Cache-Control": cache_control})
    except RangeRefused as refused:
        return HttpResponse(status=416, headers=refused.headers)
    except (PermanentError, FileAbsent) as error:
        logger.info("A request for a missing preview: %s", error)
        raise Http404("The archive has no preview at this address.") from error
    except TransientError as error:
        logger.warning("A preview cannot be sent: %s", error)
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
