"""/datalink: what there is of a cube, by the standard DataLink 1.1."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from catalogue.links import cube_page_path, header_path
from datacubes.closed_previews import hide_from_public
from datacubes.links import download_path
from datacubes.models import Companion, DataCube
from datacubes.permissions import download_access
from vo.answers import tap_view, xml
from vo.parameters import Refused

MAX_IDS = 100
DATALINK_TYPE = "application/x-votable+xml;content=datalink"
_FITS = "application/fits"


@dataclass(frozen=True)
class Link:
    """A row of the answer. A row without `url` says in `error` why the link is missing."""

    ID: str
    semantics: str
    description: str
    url: str = ""
    content_type: str = ""
    size: int | None = None
    error: str = ""
    link_auth: str = "false"
    link_authorized: str = "true"
    content_qualifier: str = ""


@tap_view
@require_http_methods(["GET", "HEAD", "POST"])
def datalink(request: HttpRequest) -> HttpResponseBase:
    """List the links of cubes, which ID names by OID or by publisher DID."""
    lists = [(name, values) for one in (request.GET, request.POST) for name, values in one.lists()]
    asked = [value for name, values in lists if name.upper() == "ID" for value in values]
    if len(asked) > MAX_IDS:
        raise Refused(f"At most {MAX_IDS} cubes can be asked for at once.")
    wrong = [
        value
        for name, values in lists
        if name.upper() == "RESPONSEFORMAT"
        for value in values
        if not _is_votable(value)
    ]
    if wrong:
        raise Refused("RESPONSEFORMAT must be votable.", 415)
    links = [link for value in asked for link in _links(value)]
    return xml("datalink.xml", {"links": links}, DATALINK_TYPE)


def _is_votable(value: str) -> bool:
    return value.lower().replace(" ", "").startswith(("votable", "application/x-votable+xml", "text/xml"))


def _links(asked: str) -> Iterator[Link]:
    prefix = f"ivo://{settings.IVOA_AUTHORITY}/cubes?"
    oid = unquote(asked.removeprefix(prefix)) if asked.startswith(prefix) else asked
    cube = None
    if len(oid) <= 255 and "\x00" not in oid:
        related = DataCube.objects.select_related("access", "metadata", "video_preview")
        cube = related.prefetch_related("image_previews").filter(oid=oid).first()
    shown = "".join(character if character.isprintable() else "?" for character in asked[:300])
    if cube is None:
        fault = "NotFoundFault: the archive has no cube with this ID, or it was withdrawn."
        yield Link(shown, "#this", "The cube", error=fault)
        return
    access = download_access(AnonymousUser(), cube)
    rights = {} if access.allowed else {"link_auth": "true", "link_authorized": "false"}
    if cube.missing_since:
        yield Link(shown, "#this", "The cube", error="FatalFault: the file is missing from the archive at the moment.")
    else:
        yield Link(shown, "#this", "The cube", _url(download_path(cube)), _FITS, cube.size, **rights)
    for companion in Companion.objects.filter(oid=cube.oid, missing_since=None):
        text = "The data of the cube in another order of axes"
        yield Link(shown, "#coderived", text, _url(download_path(companion)), _FITS, companion.size, **rights)
    yield Link(shown, "#auxiliary", "The header, as text", _url(header_path(cube.oid)), "text/plain")
    yield Link(shown, "#documentation", "The page of the cube", _url(cube_page_path(cube.oid)), "text/html")
    yield from _previews(shown, cube)


def _previews(shown: str, cube: DataCube) -> Iterator[Link]:
    hide_from_public(cube)
    for image in cube.image_previews.all():
        semantics = "#thumbnail" if image.size_name == "thumbnail" else "#preview-image"
        text = f"A picture of {image.width} × {image.height} pixels"
        yield Link(shown, semantics, text, _url(image.file.url), "image/jpeg", image.size)
    movie = getattr(cube, "video_preview", None)
    if movie is not None:
        yield Link(
            shown, "#preview", f"A movie of {movie.seconds:.0f} s", _url(movie.file.url), "video/webm", movie.size
        )


def _url(path: str) -> str:
    return settings.ARCHIVE_BASE_URL + path
