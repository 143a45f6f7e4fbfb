"""Sends the file of a cube to those who may download it.

With the setting X_ACCEL_PREFIX, the web server in front sends the bytes and handles ranges and conditions. This view
then decides who gets the file, and that its path stays inside the science data folder. Without the setting, this view
sends the file, a block at a time or by the server's `sendfile`.
"""

import logging
import os
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogue.downloads.as_ingested import FileReplaced, check_as_ingested, queue_again
from catalogue.downloads.files import send_file
from catalogue.fixity import recorded_digest
from common.api.negotiation import PreferAnyForm
from common.errors import PermanentError, TransientError
from common.http.ranges import RangeRefused
from common.paths import FileAbsent, confined_path, open_confined
from datacubes.missing import note_found, note_missing
from datacubes.models import Companion, DataCube
from datacubes.permissions import DownloadAccess, download_access

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/fits"  # RFC 4047.
RETRY_AFTER_SECONDS = 30
NO_SUCH_FILE = "The archive has no cube with this OID and a file of this name."
_RETRY = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class DownloadRefusedSerializer(serializers.Serializer):
    """Why a file is not sent."""

    detail = serializers.CharField(help_text="The reason, as a sentence for people.")
    release_date = serializers.DateField(
        allow_null=True,
        required=False,
        help_text="Day on which the file becomes public (UTC); null if it has no release date.",
    )
    release_comment = serializers.CharField(required=False, allow_blank=True)
    contact = serializers.EmailField(allow_null=True, required=False, help_text="Address to ask for access.")


class DownloadView(APIView):
    """The file of a cube."""

    permission_classes = [AllowAny]
    renderer_classes = [JSONRenderer, TemplateHTMLRenderer]
    content_negotiation_class = PreferAnyForm
    template_name = "catalogue/download_refused.html"

    @extend_schema(
        tags=["data"],
        parameters=[
            OpenApiParameter("oid", str, OpenApiParameter.PATH, description="The OID, percent-encoded."),
            OpenApiParameter("filename", str, OpenApiParameter.PATH, description="The name of the cube's file."),
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="A part of the file, in bytes."),
        ],
        responses={
            (200, CONTENT_TYPE): OpenApiTypes.BINARY,
            (206, CONTENT_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="The requested part."),
            **{
                (status, media_type): form
                for status in (401, 403, 404, 410, 416, 503)
                for media_type, form in (("application/json", DownloadRefusedSerializer), ("text/html", str))
            },
        },
    )
    def get(self, request: Request, oid: str, filename: str) -> HttpResponseBase:
        """Send the file, or a part of it, to those who may download it. Parts let a download resume.

        `Repr-Digest` (RFC 9530) is the SHA-256 of the whole file, once an audit has recorded it.
        """
        cube = DataCube.every.select_related("access").filter(oid=oid).first()
        if cube is None:
            return self._refuse(404, NO_SUCH_FILE)
        if cube.withdrawn_at is not None:
            return self._refuse(410, f"This cube was withdrawn. {cube.withdrawal_reason}", cube=cube)
        file: DataCube | Companion | None = cube
        if cube.filename != filename:
            file = Companion.objects.filter(oid=oid, filename=filename).first()
        if file is None:
            return self._refuse(404, NO_SUCH_FILE)
        access = download_access(request.user, cube)
        if not access.allowed:
            return self._refuse_restricted(cube, access)
        headers = {
            "Content-Disposition": content_disposition_header(True, filename) or "attachment",
            "Cache-Control": "no-cache" if access.is_public else "private, no-cache",
            "Vary": "Authorization, Cookie",
        }
        root = Path(settings.SCIENCE_DATA_ROOT)
        try:
            response = self._send(request, root, file, headers)
        except RangeRefused as refused:
            return self._refuse(416, str(refused), refused.headers)
        except FileReplaced as replaced:
            logger.warning("The file of the cube %s is not the ingested one: it is not sent.", oid)
            if queue_again(file.relative_path, replaced.changed_at):
                return self._refuse(503, "A new version of this file is being ingested; try again later.", _RETRY)
            return self._refuse(
                404, "The file of this cube was replaced. The archive has not ingested the new one yet."
            )
        except (PermanentError, FileAbsent) as error:
            logger.error("The file of the cube %s is missing: %s", oid, error)
            note_missing(file)
            return self._refuse(404, "The file of this cube is missing from the archive at the moment.")
        except TransientError as error:
            logger.warning("The file of the cube %s cannot be sent: %s", oid, error)
            return self._refuse(503, "The file cannot be read at the moment; try again later.", _RETRY)
        note_found(file)
        return response

    def _send(
        self, request: Request, root: Path, file: DataCube | Companion, headers: dict[str, str]
    ) -> HttpResponseBase:
        def check(descriptor: int) -> None:
            check_as_ingested(file, descriptor)
            digest = recorded_digest(file, os.fstat(descriptor))
            if digest:
                headers["Repr-Digest"] = f"sha-256=:{b64encode(digest).decode()}:"  # RFC 9530.

        if not settings.X_ACCEL_PREFIX:
            return send_file(request, root, file.relative_path, CONTENT_TYPE, headers, check)
        descriptor = open_confined(root, file.relative_path)
        try:
            check(descriptor)
        finally:
            os.close(descriptor)
        return _sent_by_web_server(root, confined_path(root, file.relative_path), headers)

    def _refuse_restricted(self, cube: DataCube, access: DownloadAccess) -> Response:
        contact = settings.ARCHIVE_CONTACT_EMAIL or None
        sentences = [
            f"This file becomes public on {access.release_date}."
            if access.release_date
            else "This file is not public, and no release date is known.",
            "Until then, only people who have been given access can download it." if access.release_date else "",
            "If you have been given access, log in." if not self.request.user.is_authenticated else "",
            f"Ask {contact} for access." if contact else "Ask the archive's staff for access.",
        ]
        return self._refuse(
            403,
            " ".join(sentence for sentence in sentences if sentence),
            cube=cube,
            release_date=access.release_date,
            release_comment=access.release_comment,
            contact=contact,
        )

    def _refuse(self, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
        cube = more.pop("cube", None)
        data = {"detail": detail, **more}
        if isinstance(self.request.accepted_renderer, TemplateHTMLRenderer):
            data |= {"cube": cube, "status": status}
        return Response(data, status=status, headers=headers, template_name=self.template_name)


def _sent_by_web_server(root: Path, path: Path, headers: dict[str, str]) -> HttpResponse:
    # The path has no links left, so that the web server need not follow any.
    below_root = path.relative_to(os.path.realpath(root))
    headers |= {"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{quote(str(below_root))}"}
    return HttpResponse(content_type=CONTENT_TYPE, headers=headers)
