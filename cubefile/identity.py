"""What a cube is called, and what it belongs to."""

from dataclasses import dataclass
from datetime import datetime

from common.errors import PermanentError, quoted
from cubefile import CubeFile
from cubefile.card_values import required_text
from cubefile.dates import parse_time, time_scale
from cubefile.telescopes.base import Telescope

MAX_OID_LENGTH = 255
_ENDINGS_OF_URLS = ("/header", "/svo")  # /api/v1/data-cubes/<oid>/header/ and so on.


@dataclass(frozen=True)
class Identity:
    """What tells one cube from another, from its header.

    Attributes
    ----------
    oid
        The observation id: the cube's identity here and in the SVO, whatever its file is called.
    point_id
        As the telescope tells it: cubes with the same belong to one observation.
    date_beg
        DATE-BEG, UTC.
    """

    oid: str
    point_id: str
    date_beg: datetime


def instrument_name(cube_file: CubeFile) -> str:
    """Return INSTRUME, by which the instrument's row is found.

    Raises
    ------
    PermanentError
        If the header does not name the instrument.
    """
    return required_text(cube_file.image.header, "INSTRUME")


def identify(cube_file: CubeFile, telescope: Telescope, oid: str | None) -> Identity:
    """Read the identity of a cube.

    Parameters
    ----------
    cube_file
        The open cube.
    telescope
        That of the cube's instrument.
    oid
        Overrides the OID that the header tells.

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
    """Refuse what cannot be an OID, whether it was given or comes from a header.

    An OID is a part of URLs: in some of them clients take it for a folder, and others are those of another page.

    Raises
    ------
    PermanentError
        Saying what is wrong with it.
    """
    _check_identifier("The OID", oid)
    if oid in (".", ".."):
        raise PermanentError(f"The OID is {quoted(oid)}, which means a folder in the URL of a cube.")
    for ending in _ENDINGS_OF_URLS:
        if oid.endswith(ending):
            raise PermanentError(f"The OID ends in {quoted(ending)}, as the URL of another page of a cube does.")


def _check_identifier(name: str, value: str) -> None:
    if len(value) > MAX_OID_LENGTH:
        raise PermanentError(f"{name} has {len(value)} characters; at most {MAX_OID_LENGTH} are accepted.")
    if not value.isprintable():
        raise PermanentError(f"{name} is {quoted(value)}, which holds control characters or others without a form.")
