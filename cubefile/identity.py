"""Reads a cube's identity from its header: the instrument, the OID and the observation."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from common.errors import PermanentError, quoted
from cubefile.card_values import required_text
from cubefile.dates import parse_time, time_scale
from cubefile.telescopes.base import Telescope

if TYPE_CHECKING:
    from cubefile.cube import CubeFile

MAX_OID_LENGTH = 255
_ENDINGS_OF_URLS = ("/header", "/svo")  # /api/v1/data-cubes/<oid>/header/ and so on.


@dataclass(frozen=True)
class Identity:
    """The identity of a cube.

    Attributes
    ----------
    oid
        The observation id: the cube's identity here and in the SVO, independent of its file name.
    point_id
        The id that the cubes of one observation share; see `Telescope.point_id`.
    date_beg
        DATE-BEG, UTC.
    """

    oid: str
    point_id: str
    date_beg: datetime


def instrument_name(cube_file: "CubeFile") -> str:
    """Return INSTRUME, the name of the instrument's row.

    Raises
    ------
    PermanentError
        If the header does not name the instrument.
    """
    return required_text(cube_file.image.header, "INSTRUME")


def identify(cube_file: "CubeFile", telescope: Telescope, oid: str | None) -> Identity:
    """Read the identity of a cube.

    Parameters
    ----------
    cube_file
        The open cube.
    telescope
        The telescope of the cube's instrument.
    oid
        Replaces the OID from the header.

    Raises
    ------
    PermanentError
        Naming the keyword that is missing or wrong.
    """
    header = cube_file.image.header
    scale = time_scale(header.get("TIMESYS")) or "UTC"
    begin = parse_time("DATE-BEG", required_text(header, "DATE-BEG"), scale)
    point_id = telescope.point_id(header)
    oid = oid or telescope.oid(cube_file)
    check_oid(oid)
    _check_identifier("POINT_ID", point_id)
    return Identity(
        oid=oid,
        point_id=point_id,
        date_beg=begin,
    )


def check_oid(oid: str) -> None:
    """Refuse an OID that cannot be part of a URL.

    Clients resolve “.” and “..” as folders, and an OID that ends as a sub-page does would have that page's URL.

    Raises
    ------
    PermanentError
        Saying what is wrong.
    """
    _check_identifier("The OID", oid)
    if oid in (".", ".."):
        raise PermanentError(f"The OID is {quoted(oid)}, which a URL reads as a folder. Give another with the order.")
    for ending in _ENDINGS_OF_URLS:
        if oid.endswith(ending):
            raise PermanentError(f"The OID ends in {quoted(ending)}, as another URL of a cube does. Give another OID.")


def _check_identifier(name: str, value: str) -> None:
    if len(value) > MAX_OID_LENGTH:
        raise PermanentError(f"{name} has {len(value)} characters; at most {MAX_OID_LENGTH} are accepted.")
    if not value.isprintable():
        raise PermanentError(
            f"{name} is {quoted(value)}, which holds control characters or other invisible characters."
        )
