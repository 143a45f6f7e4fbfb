"""Links to a cube, whose OID can hold characters that mean something in a URL.

An OID stands in a path percent-encoded once, as any client would do it; ``/`` becomes ``%2F``, so that no part of an
OID is taken for a folder (``a/../b``). Servers hand on the path decoded, so that `OIDConverter` takes what it is given.
"""

from urllib.parse import quote

from django.conf import settings
from django.urls import get_script_prefix, register_converter

from cubefile.identity import MAX_OID_LENGTH
from datacubes.models import Companion, DataCube


class OIDConverter:
    """An OID in a URL's path: ``<oid:oid>`` in a route. Make links with `oid_in_url`, as `reverse` leaves ``/``."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        """Return the OID; for what cannot be one, the empty text, so that the view says that there is no such cube."""
        return value if len(value) <= MAX_OID_LENGTH and value.isprintable() else ""

    def to_url(self, oid: str) -> str:
        """Return the OID; Django encodes it."""
        return oid


register_converter(OIDConverter, "oid")


def oid_in_url(oid: str) -> str:
    """Encode an OID as a part of a URL's path."""
    return quote(oid, safe=":,=@")


def download_path(cube: DataCube | Companion) -> str:
    """Return the path on this server of the file of a cube, or of a companion."""
    return get_script_prefix() + _below_root(cube)


def download_url(cube: DataCube) -> str:
    """Return the URL of a cube's file, for the world outside: what ARCHIVE_BASE_URL says."""
    return f"{settings.ARCHIVE_BASE_URL}/{_below_root(cube)}"


def _below_root(cube: DataCube | Companion) -> str:
    return f"data/{oid_in_url(cube.oid)}/{quote(cube.filename, safe=':,=@')}"
