"""What a cube is called, and what it belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from datacubes.cube_file import CubeFile
from datacubes.dates import parse_time
from datacubes.errors import PermanentError
from datacubes.keywords import keyword_value

MAX_OID_LENGTH = 255
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
    date_beg, date_end
        DATE-BEG and DATE-END (DATE-BEG where that is missing), UTC.
    """

    oid: str
    instrument: str
    point_id: str
    date_beg: datetime
    date_end: datetime


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
    date_beg = _required_text(cube_file, "DATE-BEG")
    begin = parse_time("DATE-BEG", date_beg)
    date_end = keyword_value(header, "DATE-END")
    point_id = keyword_value(header, "POINT_ID")
    oid = oid or f"{date_beg}_{_required_text(cube_file, 'FILTER1')}_{_scans(cube_file)}"
    for name, value in (("The OID", oid), ("POINT_ID", point_id if isinstance(point_id, str) else "")):
        if len(value) > MAX_OID_LENGTH:
            raise PermanentError(f"{name} has {len(value)} characters; at most {MAX_OID_LENGTH} are accepted.")
    return Identity(
        oid=oid,
        instrument=_required_text(cube_file, "INSTRUME"),
        point_id=(point_id.strip() if isinstance(point_id, str) else "") or date_beg,
        date_beg=begin,
        date_end=begin if date_end is None else parse_time("DATE-END", date_end),
    )


def sparse_list(numbers: list[int]) -> str:
    """Write numbers as a sparse list: ``0-36,38,39``. Two neighbours stay apart, three or more become a range."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in ranges)


def _required_text(cube_file: CubeFile, keyword: str) -> str:
    value = keyword_value(cube_file.primary.header, keyword)
    text = "" if value is None or isinstance(value, list) else str(value).strip()
    if not text:
        raise PermanentError(f"The header has no {keyword}, which every cube must have.")
    return text


def _scans(cube_file: CubeFile) -> str:
    """Return the scans of a cube as its OID names them."""
    filename = keyword_value(cube_file.primary.header, "FILENAME")
    match = _SCANS_IN_FILENAME.search(filename) if isinstance(filename, str) else None
    if match:
        return match[1].removesuffix(".fits")
    numbers = cube_file.table_column("VAR-EXT-SCANNUM", "SCANNUM")
    if numbers is not None and np.issubdtype(numbers.dtype, np.number):
        return sparse_list(np.unique(numbers.astype(np.int64)).tolist())
    scan = keyword_value(cube_file.primary.header, "SCANNUM")
    if scan is None:
        raise PermanentError(
            "The cube's scans are not known: FILENAME has no “_scans=…”, and there is neither a table VAR-EXT-SCANNUM "
            "nor SCANNUM. They are part of the OID; or give one with the order."
        )
    return str(scan)
