"""The step `metadata`: what people search for, and every keyword."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from common.errors import PermanentError, quoted
from common.upsert import upsert
from cubefile import FileCutShort
from cubefile.axes import axis_length, cube_axes
from cubefile.dates import parse_time
from cubefile.keywords import JSONValue, keywords_as_json
from cubefile.pointing import Pointing, read_pointing
from datacubes.models import DataCube, Metadata
from datacubes.models.metadata import NEVER_PUBLIC
from datacubes.steps.base import Material, Outcome, Step, header_fingerprint, table_fingerprint

MAX_LENGTH = 2**31 - 1  # Of what a column of integers holds.

T = TypeVar("T")


def read(material: Material) -> Metadata:
    """Make the metadata of a cube from its primary header, and its place on the sky from its table of coordinates."""
    primary = material.cube_file.primary
    keywords = keywords_as_json(primary.header)
    columns, warnings = columns_of_keywords(keywords, material.identity.date_beg)
    material.warnings.extend(warnings)
    axes = cube_axes(primary)
    pointing = _pointing(material, keywords)
    return Metadata(
        **columns,
        date_beg=material.identity.date_beg,
        has_polarimetry=axis_length(primary, axes.stokes) == 4,
        n_scans=_length(material, axes.scan),
        n_wavelengths=_length(material, axes.wavelength),
        size_x=pointing.size_x,
        size_y=pointing.size_y,
        pointing_x=pointing.x,
        pointing_y=pointing.y,
        keywords=keywords,
    )


def columns_of_keywords(
    keywords: Mapping[str, JSONValue], date_beg: datetime
) -> tuple[dict[str, datetime | float | str | None], list[str]]:
    """Make the columns that need the keywords alone: `refill_metadata` fills them without the file.

    The first value of a repeated keyword counts. In JSON it is a list, as a complex number is: its real part counts.

    Parameters
    ----------
    keywords
        Those of the primary header, as `keywords_as_json` returns them, or as they were stored.
    date_beg
        The begin of the cube, UTC; also its end if DATE-END is missing or cannot be read.

    Returns
    -------
    tuple
        The values by column, and a warning for each keyword that cannot be read.
    """
    warnings: list[str] = []
    columns = {
        "date_end": _value(keywords, "DATE-END", parse_time, warnings) or date_beg,
        "wavelength_min": _value(keywords, "WAVEMIN", _nanometres, warnings),
        "wavelength_max": _value(keywords, "WAVEMAX", _nanometres, warnings),
        "spectral_line": _value(keywords, "FILTER1", _line, warnings) or "",
    }
    return columns, warnings


def fingerprint(material: Material) -> str | None:
    """Name the state of the primary header and of the table of coordinates; None if one cannot be told."""
    header, table = header_fingerprint(material), table_fingerprint(material, "WCS-TAB")
    return f"{header} {table}" if header and table else None


def write(cube: DataCube, metadata: Metadata, *, created: bool) -> tuple[Outcome, str]:
    """Store the metadata."""
    metadata.cube = cube
    metadata.instrument_id = cube.instrument_id
    metadata.public_from = cube.access.release_date or NEVER_PUBLIC
    # The rules write the copy of their release date, which staff may be changing at this moment.
    upsert(metadata, "cube", keep=["public_from"])
    return Outcome.UPDATED, ""


def _value(
    keywords: Mapping[str, JSONValue],
    keyword: str,
    read_value: Callable[[str, JSONValue], T],
    warnings: list[str],
) -> T | None:
    """Return None with a warning for what cannot be read, without one for what is missing or blank."""
    value = keywords.get(keyword)
    if isinstance(value, list):
        value = value[0]
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return read_value(keyword, value)
    except PermanentError as error:
        warnings.append(str(error))
        return None


def _length(material: Material, axis: int | None) -> int:
    hdu = material.cube_file.primary
    length = axis_length(hdu, axis)
    if length > MAX_LENGTH:
        material.warnings.append(f"NAXIS{len(hdu.shape) - axis} is {length}; at most {MAX_LENGTH} was expected.")
        return 1
    return length


def _pointing(material: Material, keywords: Mapping[str, JSONValue]) -> Pointing:
    """Read the pointing; it is a help for searching, and that it cannot be read is no reason to refuse a cube."""
    try:
        return read_pointing(material.cube_file, keywords)
    except FileCutShort:
        raise
    except PermanentError as error:
        material.warnings.append(f"The pointing is not known: {error}")
        return Pointing()


def _nanometres(keyword: str, value: JSONValue) -> float:
    """Read a number, also one that is written as text."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise PermanentError(f"{keyword} is {quoted(value)}; a number of nanometres was expected.")
    return number


def _line(keyword: str, value: JSONValue) -> str:
    """Return the name of a line, which some write as a number, as text."""
    return str(value).strip()[:64]


STEP = Step("metadata", fingerprint, read, write)
