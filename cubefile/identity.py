"""What a cube is called, and what it belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from common.errors import PermanentError, quoted
from cubefile import CubeFile, Header
from cubefile.dates import parse_time

MAX_OID_LENGTH = 255
_ENDINGS_OF_URLS = ("/header", "/svo")  # /api/v1/data-cubes/<oid>/header/ and so on.
_SCANS_IN_FILENAME = re.compile(r"_scans=([^_]+)")


@dataclass(frozen=True)
class Identity:
    """What tells one cube from another, from its header.

    Attributes
    ----------
    oid
        The observation id: the cube's identity here and in the SVO, whatever its file is called.
    instrument
        INSTRUME.
    point_id
        POINT_ID, or DATE-BEG: cubes with the same belong to one observation.
    date_beg
        DATE-BEG, UTC.
    """

    oid: str
    instrument: str
    point_id: str
    date_beg: datetime


def identify(cube_file: CubeFile, oid: str | None) -> Identity:
    """Read the identity of a cube.

    Parameters
    ----------
    cube_file
        The open cube.
    oid
        Overrides the OID that the header tells.

    Raises
    ------
    PermanentError
        Naming the keyword that is missing or wrong.
    """
    header = cube_file.primary.header
    date_beg = _required_text(header, "DATE-BEG")
    begin = parse_time("DATE-BEG", date_beg)
    point_id = _text(header, "POINT_ID") or date_beg
    oid = oid or f"{date_beg}_{_required_text(header, 'FILTER1')}_{_scans(cube_file)}"
    check_oid(oid)
    _check_identifier("POINT_ID", point_id)
    return Identity(
        oid=oid,
        instrument=_required_text(header, "INSTRUME"),
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


def sparse_list(numbers: list[int]) -> str:
    """Write numbers as a sparse list: ``0-36,38,39``. Two neighbours stay apart, three or more become a range."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in ranges)


def _check_identifier(name: str, value: str) -> None:
    if len(value) > MAX_OID_LENGTH:
        raise PermanentError(f"{name} has {len(value)} characters; at most {MAX_OID_LENGTH} are accepted.")
    if not value.isprintable():
        raise PermanentError(f"{name} is {quoted(value)}, which holds control characters or others without a form.")


def _text(header: Header, keyword: str) -> str:
    """Return a value as text, as some write the name of a line or a group as a number; empty where there is none."""
    value = header.get(keyword)
    return "" if value is None else str(value).strip()


def _required_text(header: Header, keyword: str) -> str:
    text = _text(header, keyword)
    if not text:
        raise PermanentError(f"The header has no {keyword}, which every cube must have.")
    return text


def _scans(cube_file: CubeFile) -> str:
    """Return the scans of a cube as its OID names them."""
    header = cube_file.primary.header
    match = _SCANS_IN_FILENAME.search(_text(header, "FILENAME"))
    if match:
        return match[1].removesuffix(".fits")
    numbers = cube_file.table_column("VAR-EXT-SCANNUM", "SCANNUM")
    if numbers is not None:
        return sparse_list(_scan_numbers(numbers))
    scan = _text(header, "SCANNUM")
    if not scan:
        raise PermanentError(
            "The cube's scans are not known: FILENAME has no “_scans=…”, and there is neither a table VAR-EXT-SCANNUM "
            "nor SCANNUM. They are part of the OID; or give one with the order."
        )
    return scan


def _scan_numbers(column: np.ndarray) -> list[int]:
    integers = np.unique(column) if np.issubdtype(column.dtype, np.number) else np.empty(0)
    if integers.size == 0 or not np.isfinite(integers).all() or (integers != np.floor(integers)).any():
        raise PermanentError("The table VAR-EXT-SCANNUM does not hold scan numbers, which are part of the OID.")
    return integers.astype(np.int64).tolist()
