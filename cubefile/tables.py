"""Reads the tables that previews and plots draw from, as arrays whose axes always have the same order.

Traps: TDIM lacks its last axes if they have length one, the parts of a column's name give the order of the
coordinates, and any table may be missing. See SOLARNET metadata recommendations, appendix I (variable keywords), and
FITS standard 4.0, sections 7.3.2 (TDIM) and 8.5 (``-TAB`` coordinates).
"""

import math

import numpy as np

from common.errors import PermanentError, damage, quoted
from cubefile.axes import axis_length, cube_axes, frame_axes
from cubefile.cube import CubeFile
from cubefile.units import unit_factor

MAX_WAVELENGTHS = 10_000
MAX_STOKES = 4

# Larger values are not measurements, and their sums would overflow.
_LONGEST_WAVELENGTH = 1e12  # nm
_LARGEST_INTENSITY = 1e100


class PlotUnavailable(PermanentError):
    """A table that a plot needs is missing or malformed."""


def column(cube: CubeFile, table_name: str | None, column_name: str, dtype: type = np.float64) -> np.ndarray:
    """Return one column of a table of one row, without the axis of the rows.

    Parameters
    ----------
    cube
        The open cube.
    table_name
        The table's EXTNAME in the telescope's layout; None if the layout has no such table.
    column_name
        The column's name, which is a keyword.
    dtype
        The type of the returned values.

    Raises
    ------
    PlotUnavailable
        If the table or the column is missing, or its values cannot be converted.
    """
    if table_name is None:
        raise PlotUnavailable(f"The telescope's files have no table of {column_name}.")
    names = _column_names(cube, table_name)
    try:
        values = cube.table_column(table_name, column_name) if column_name in names else None
    except PermanentError as error:
        raise PlotUnavailable(str(error)) from error
    if values is None:
        raise PlotUnavailable(f"The table {table_name} has no column {column_name}.")
    with damage(f"The column {column_name} of {table_name} cannot be read", PlotUnavailable):
        return values.astype(dtype)


def wavelengths(cube: CubeFile) -> np.ndarray:
    """Return the wavelengths in nm, as the means over scans and corners: float64 of shape (nwave,).

    Raises
    ------
    PlotUnavailable
        If the table is missing or does not fit the cube.
    """
    table = cube.layout.coordinates
    if table is None:
        raise PlotUnavailable("The telescope's files have no table of coordinates.")
    name = next((name for name in _column_names(cube, table) if "WAVE" in name.split("+")), None)
    if name is None:
        raise PlotUnavailable(f"The table {table} has no column with a coordinate WAVE in its name.")
    parts = name.split("+")
    coordinates = column(cube, table, name)
    axis = cube_axes(cube).wavelength
    count = _bounded_count(axis_length(cube.image, axis))
    if coordinates.ndim < 3 or coordinates.ndim > 5:
        raise PlotUnavailable(f"The column {name} of {table} has {coordinates.ndim} axes; 3 to 5 were expected.")
    # The first axes in numpy's order, scans and wavelengths, are missing if their length is one.
    coordinates = coordinates.reshape((1,) * (5 - coordinates.ndim) + coordinates.shape)
    if coordinates.shape[-1] != len(parts) or coordinates.shape[1] != count:
        raise PlotUnavailable(
            f"The column {name} of {table} has the shape {coordinates.shape}; {count} wavelengths and "
            f"{len(parts)} coordinates were expected."
        )
    with np.errstate(all="ignore"):
        values = coordinates[..., parts.index("WAVE")].mean(axis=(0, 2, 3)) * _nanometres(cube, axis)
    plausible = (values > 0) & (values < _LONGEST_WAVELENGTH)
    if not plausible.any():
        raise PlotUnavailable(f"The table {table} has no wavelength that is a positive number.")
    return np.where(plausible, values, np.nan)


def medians(cube: CubeFile) -> np.ndarray:
    """Return the median of each frame: float64 of shape (nscan, nstokes, nwave), NaN for a missing one.

    Raises
    ------
    PlotUnavailable
        If the table is missing or does not fit the cube.
    """
    axes = frame_axes(cube)
    values = column(cube, cube.layout.medians, "DATAMEDN")
    expected = cube.image.shape[:-2]
    if values.size != math.prod(expected) or (values.ndim > 1 and _long(values.shape) != _long(expected)):
        raise PlotUnavailable(
            f"The column DATAMEDN has the shape {values.shape}, which does not fit frames of shape {expected}."
        )
    if axis_length(cube.image, axes.stokes) > MAX_STOKES:
        raise PlotUnavailable(f"The cube has more than {MAX_STOKES} Stokes components.")
    _bounded_count(axis_length(cube.image, axes.wavelength))
    order = (axes.scan, axes.stokes, axes.wavelength)
    # Take the first place on an axis that is none of the three, as the choice of the frame does. Axes of length 1 are
    # dropped before, because a FITS file may have more axes than numpy can hold.
    kept = [axis for axis, length in enumerate(expected) if length > 1 or axis in order]
    values = values.reshape([expected[axis] for axis in kept])[tuple(slice(None) if i in order else 0 for i in kept)]
    present = [position for position in order if position is not None]
    values = values.transpose([sorted(present).index(position) for position in present])
    values = np.expand_dims(values, [place for place, position in enumerate(order) if position is None])
    return np.where(abs(values) < _LARGEST_INTENSITY, values, np.nan)


def _column_names(cube: CubeFile, table_name: str) -> list[str]:
    try:
        table = cube.table(table_name)
    except PermanentError as error:
        raise PlotUnavailable(str(error)) from error
    if table is None:
        raise PlotUnavailable(f"The cube has no table {table_name}.")
    return table.names


def _bounded_count(count: int) -> int:
    if count > MAX_WAVELENGTHS:
        raise PlotUnavailable(f"The cube has {count} wavelengths; at most {MAX_WAVELENGTHS} are plotted.")
    return count


def _nanometres(cube: CubeFile, axis: int | None) -> float:
    """Return the size of the wavelength axis's unit (CUNITn) in nm; 1 if the header does not give the unit."""
    text = None if axis is None else cube.image.header.get(f"CUNIT{len(cube.image.shape) - axis}")
    factor = unit_factor(text or "nm", "nm")
    if not factor:
        raise PlotUnavailable(f"The wavelengths are in {quoted(text)}, which is not a unit of length.")
    return factor


def _long(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length > 1]
