"""The step `metadata`: the columns that people search, and every keyword."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from common.errors import PermanentError, quoted
from common.upsert import upsert
from cubefile.axes import axis_length, cube_axes
from cubefile.card_values import text
from cubefile.dates import parse_time, seconds_between, time_scale
from cubefile.hdu import FileCutShort
from cubefile.keywords import JSONValue, first_values, keywords_as_json
from cubefile.pointing import Pointing, read_pointing
from cubefile.telescopes import Telescope
from cubefile.units import waveunit_factor
from datacubes.models import Metadata
from datacubes.models.metadata import NEVER_PUBLIC
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.fingerprints import header_fingerprint, table_fingerprint
from previews.plots import median_r0

MAX_LENGTH = 2**31 - 1  # The largest integer of the columns.
MAX_OBSERVER_LENGTH = 255

T = TypeVar("T")


class MetadataStep(Step[Metadata]):
    """Stores the columns that people search, and every keyword."""

    name = "metadata"
    version = 3

    def fingerprint(self, material: Material) -> str | None:
        """Return a text that changes with the header and with the table of coordinates."""
        header, table = header_fingerprint(material), table_fingerprint(material, material.telescope.layout.coordinates)
        return f"{header} {table}" if header and table else None

    def read(self, material: Material) -> Metadata:
        image = material.cube_file.image
        keywords = keywords_as_json(image.header)
        columns, warnings = columns_of_keywords(keywords, material.telescope, material.identity.date_beg)
        material.warnings.extend(warnings)
        axes = cube_axes(material.cube_file)
        pointing = _pointing(material)
        return Metadata(
            **columns,
            date_beg=material.identity.date_beg,
            has_polarimetry=axis_length(image, axes.stokes) == 4,
            n_scans=_length(material, axes.scan),
            n_wavelengths=_length(material, axes.wavelength),
            size_x=pointing.size_x,
            size_y=pointing.size_y,
            pointing_x=pointing.x,
            pointing_y=pointing.y,
            rotation=pointing.rotation,
            mu=pointing.mu,
            keywords=keywords,
        )

    def write(self, rows: CubeRows, values: Metadata) -> tuple[Outcome, str]:
        cube = rows.cube
        values.cube = cube
        values.instrument_id = cube.instrument_id
        values.public_from = cube.access.release_date or NEVER_PUBLIC
        if rows.created and (plots := rows.values.get("plot_data")):
            values.r0_median = median_r0(plots.plots.seeing)
        # `AccessRules` alone writes the copy of its release date, which staff may be changing at this moment. The step
        # `plot_data` writes the seeing of a cube that exists.
        upsert(values, "cube", keep=["public_from", "r0_median"])
        rows.observations.add(cube.observation_id)
        return Outcome.UPDATED, ""


def columns_of_keywords(
    keywords: Mapping[str, JSONValue], telescope: Telescope, date_beg: datetime
) -> tuple[dict[str, datetime | float | str | None], list[str]]:
    """Return the columns that depend on keywords only, which `refill_metadata` fills without the file.

    The first value of a repeated keyword is used. It is a list in JSON, as is a complex number, whose real part is
    used.

    Parameters
    ----------
    keywords
        The header's keywords, from `keywords_as_json` or from the database.
    telescope
        The telescope of the cube's instrument.
    date_beg
        The begin of the cube, UTC; also its end if DATE-END is missing or unreadable.

    Returns
    -------
    tuple
        The values by column, and a warning for each keyword that cannot be read.
    """
    values, warnings = first_values(keywords), list[str]()

    def read(keyword: str, read_value: Callable[[str, JSONValue], T]) -> T | None:
        value = values.get(keyword)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return read_value(keyword, value)
        except PermanentError as error:
            warnings.append(str(error))
            return None

    nanometres = read("WAVEUNIT", _nanometres_of_unit) or 1.0

    def wavelength(keyword: str, value: JSONValue) -> float:
        return _number(keyword, value) * nanometres

    scale = time_scale(values.get("TIMESYS"))
    if scale is None:
        warnings.append(f"TIMESYS is {quoted(values['TIMESYS'])}, which is unknown: times are read as UTC.")

    def time(keyword: str, value: JSONValue) -> datetime:
        return parse_time(keyword, value, scale or "UTC")

    date_end = read("DATE-END", time)
    if date_end and date_end < date_beg:
        warnings.append(f"DATE-END is {quoted(values['DATE-END'])}, which is before DATE-BEG.")

    def seconds(*keywords: str) -> float | None:
        """Return the first positive number among some keywords; writers give 0 for what they do not know."""
        numbers = (read(keyword, _number) for keyword in keywords)
        return next((number for number in numbers if number is not None and number > 0), None)

    columns = {
        "date_end": date_end or date_beg,
        "wavelength_min": read("WAVEMIN", wavelength),
        "wavelength_max": read("WAVEMAX", wavelength),
        "spectral_line": telescope.spectral_line(values)[:64],
        "duration": seconds_between(date_beg, date_end or date_beg),
        "cadence": seconds("CADAVG", "CADENCE"),
        "exposure": seconds("XPOSURE", "EXPTIME"),
        "observer": text(values, "OBSERVER")[:MAX_OBSERVER_LENGTH],
    }
    return columns, warnings


def _length(material: Material, axis: int | None) -> int:
    image = material.cube_file.image
    length = axis_length(image, axis)
    if axis is not None and length > MAX_LENGTH:
        material.warnings.append(f"NAXIS{len(image.shape) - axis} is {length}; at most {MAX_LENGTH} was expected.")
        return 1
    return length


def _pointing(material: Material) -> Pointing:
    """Read the pointing. It only helps searching, so an unreadable pointing is a warning, not a refusal."""
    try:
        return read_pointing(material.cube_file)
    except FileCutShort:
        raise
    except PermanentError as error:
        material.warnings.append(f"The pointing cannot be read: {error}")
        return Pointing()


def _number(keyword: str, value: JSONValue) -> float:
    """Return a number, also from text."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (OverflowError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise PermanentError(f"{keyword} is {quoted(value)}; a number was expected.")
    return number


def _nanometres_of_unit(keyword: str, value: JSONValue) -> float:
    """Return the size of WAVEUNIT in nm."""
    factor = waveunit_factor(value, "nm")
    if not factor:
        raise PermanentError(f"{keyword} is {quoted(value)}; a power of ten of the metre, such as -9, was expected.")
    return factor
