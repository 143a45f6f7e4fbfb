"""Where on the Sun a cube points, and how large it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from astropy import units

from common.errors import PermanentError
from cubefile import CubeFile
from cubefile.keywords import JSONValue
from cubefile.units import unit_factor


@dataclass(frozen=True)
class Pointing:
    """The centre and the size of the field in helioprojective arcsec; None where the file does not tell."""

    x: float | None = None
    y: float | None = None
    size_x: float | None = None
    size_y: float | None = None


def read_pointing(cube_file: CubeFile, keywords: Mapping[str, JSONValue]) -> Pointing:
    """Tell the pointing from the header's linear coordinates, or else from the corners in its table of coordinates.

    Raises
    ------
    FileCutShort
        If the file ends within that table.
    PermanentError
        If that table is not what it should be.

    Sources: FITS standard 4.0, section 8 (CTYPEn, CRPIXn, CRVALn, CDELTn, CUNITn; ``-TAB`` in section 8.5).
    """
    if str(keywords.get("CTYPE1", "")).startswith("HPLN-TAB"):
        return _from_table(cube_file)
    x, size_x = _linear_axis(keywords, 1, "HPLN")
    y, size_y = _linear_axis(keywords, 2, "HPLT")
    return Pointing(x, y, size_x, size_y)


def _linear_axis(keywords: Mapping[str, JSONValue], axis: int, name: str) -> tuple[float | None, float | None]:
    """Centre and extent of an axis, arcsec."""
    if not str(keywords.get(f"CTYPE{axis}", "")).startswith(name):
        return None, None
    numbers = [keywords.get(f"{keyword}{axis}") for keyword in ("NAXIS", "CRPIX", "CRVAL", "CDELT")]
    if not all(isinstance(number, int | float) for number in numbers):
        return None, None
    arcsec = unit_factor(keywords.get(f"CUNIT{axis}") or "deg", units.arcsec)
    if arcsec is None:
        return None, None
    try:
        length, reference, value, step = map(float, numbers)
    except OverflowError:
        return None, None
    return _finite(arcsec * (value + ((length + 1) / 2 - reference) * step)), _finite(arcsec * abs(step) * length)


def _from_table(cube_file: CubeFile) -> Pointing:
    """The corners of the field lie on the axes x and y of the table, whose column names its coordinates in order."""
    table_name = cube_file.layout.coordinates
    table = None if table_name is None else cube_file.table(table_name)
    if table_name is None or table is None:
        return Pointing()
    column = next((name for name in table.names if {"HPLN", "HPLT"} <= set(name.split("+"))), None)
    if column is None:
        raise PermanentError(f"Extension {table_name} has no column with the coordinates HPLN and HPLT in its name.")
    parts = column.split("+")
    corners = cube_file.table_column(table_name, column)
    if corners.ndim < 3 or corners.shape[-1] != len(parts) or corners.size == 0 or corners.dtype.kind not in "iuf":
        raise PermanentError(
            f"Column {column} of the extension {table_name} has the shape {corners.shape} and the type "
            f"{corners.dtype}; numbers of {len(parts)} coordinates at each corner were expected."
        )
    # numpy order: scan, wavelength, y, x, coordinate; the field is that of the first moment.
    field = corners.reshape(-1, *corners.shape[-3:])[0].astype(np.float64)
    longitude, latitude = field[..., parts.index("HPLN")], field[..., parts.index("HPLT")]
    with np.errstate(all="ignore"):  # What overflows is not finite, and so not known.
        return Pointing(
            x=_finite(longitude.mean()),
            y=_finite(latitude.mean()),
            size_x=_finite(np.ptp(longitude)),
            size_y=_finite(np.ptp(latitude)),
        )


def _finite(value: float) -> float | None:
    """Return a place to a millionth of an arcsec: further digits come from the computation."""
    return round(float(value), 6) if np.isfinite(value) else None
