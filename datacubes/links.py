"""Makes links to cubes, whose OIDs can hold characters with a meaning in URLs.

A path holds an OID percent-encoded once, as clients do it. ``/`` becomes ``%2F``, so that clients do not resolve parts
of an OID as folders (``a/../b``). Servers pass the path decoded, so `OIDConverter` accepts any text.
"""

from urllib.parse import quote

from django.conf import settings
from django.urls import get_script_prefix, register_converter

from cubefile.identity import MAX_OID_LENGTH
from datacubes.models import Companion, DataCube


class OIDConverter:
    """An OID in a route: ``<oid:oid>``. Make links with `oid_in_url`, because `reverse` does not encode ``/``."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        """Return the OID; an empty text if it is invalid, so that the view answers that there is no such cube."""
        return value if len(value) <= MAX_OID_LENGTH and value.isprintable() else ""

    def to_url(self, oid: str) -> str:
        """Return the OID, which Django encodes."""
        return oid


register_converter(OIDConverter, "oid")


def oid_in_url(oid: str) -> str:
    """Return an OID percent-encoded as one part of a URL's path."""
    return quote(oid, safe=":,=@")


def download_path(cube: DataCube | Companion) -> str:
    """Return the path on this server of a cube's or companion's file."""
    return get_script_prefix() + _below_root(cube)


def download_url(cube: DataCube) -> str:
    """Return the public URL of a cube's file, below ARCHIVE_BASE_URL."""
    return f"{settings.ARCHIVE_BASE_URL}/{_below_root(cube)}"


def _below_root(cube: DataCube | Companion) -> str:
    return f"data/{oid_in_url(cube.oid)}/{quote(cube.filename, safe=':,=@')}"
