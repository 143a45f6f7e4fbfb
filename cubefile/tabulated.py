"""Evaluates coordinates in a table (``-TAB``) at given pixels.

PSi_0 names the extension, PSi_1 the column with the coordinates, PSi_2 the column that maps pixels to places in it.
PVi_3 gives the number of the coordinate that belongs to axis i. If PVi_3 is missing, the name of the column gives it:
SSTRED names the column after its coordinates (``HPLN+HPLT+WAVE+TIME``).

Source: FITS standard 4.0, section 8.2 and table 24; Greisen et al., A&A 446, 747 (2006), section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from common.errors import PermanentError, quoted
from cubefile.card_values import number, text
from cubefile.cube import CubeFile
from cubefile.field import Field
from cubefile.units import unit_factor

_NAMES = ("HPLN", "HPLT")


@dataclass(frozen=True)
class TabulatedAxis:
    """The location of one axis's coordinates in a table, from the header.

    Attributes
    ----------
    axis
        The axis's number in the header.
    table, column, index_column
        Names of the extension, of its column, and of the index column; the last is None without an index.
    coordinate
        The coordinate's number in the column, counted from 0; the column's axes have the same order.
    """

    axis: int
    table: str
    column: str
    index_column: str | None
    coordinate: int


def tabulated_axis(cube_file: CubeFile, axis: int, coordinate: str) -> TabulatedAxis | None:
    """Locate the coordinates of an axis; None if the file has no table or column for it.

    Parameters
    ----------
    cube_file
        The open cube.
    axis
        The number of the axis in the header.
    coordinate
        The coordinate's name within the names of SSTRED's columns, such as ``HPLN``.
    """
    header = cube_file.image.header
    table = text(header, f"PS{axis}_0") or cube_file.layout.coordinates
    names = cube_file.column_names(table) if table else None
    if table is None or names is None:
        return None
    column = text(header, f"PS{axis}_1")
    if column not in names:
        column = next((name for name in names if coordinate in name.split("+")), "")
    if not column:
        raise PermanentError(f"Extension {table} has no column with the coordinate {coordinate} in its name.")
    position_from_one = number(header, f"PV{axis}_3")
    if position_from_one is not None and position_from_one.is_integer():
        position = int(position_from_one) - 1
    elif coordinate in column.split("+"):
        position = column.split("+").index(coordinate)
    else:
        position = 0
    index_column = text(header, f"PS{axis}_2")
    return TabulatedAxis(axis, table, column, index_column if index_column in names else None, position)


def tabulated_field(cube_file: CubeFile, axes: tuple[int, int]) -> Field | None:
    """Return the centre and the sides of the field at the first moment; None without the table.

    Raises
    ------
    FileCutShort
        If the file ends within the table.
    PermanentError
        If the table is malformed.
    """
    longitude, latitude = (tabulated_axis(cube_file, axis, name) for axis, name in zip(axes, _NAMES, strict=True))
    if longitude is None or latitude is None:
        return None
    described = [longitude, latitude]
    lengths = cube_file.image.shape[::-1]
    (left, right), (bottom, top) = ((0.5, lengths[axis - 1] + 0.5) for axis in axes)
    middle = {axes[0]: (left + right) / 2, axes[1]: (bottom + top) / 2}
    places = [middle, middle | {axes[0]: left}, middle | {axes[0]: right}, middle | {axes[1]: bottom}]
    places.append(middle | {axes[1]: top})
    with np.errstate(all="ignore"):  # An overflow gives a value that is not finite, which becomes None later.
        values = np.array(
            [
                [_evaluate(cube_file, one, described, place) * arcsec for place in places]
                for one in (longitude, latitude)
                for arcsec in [_arcsec(cube_file, one)]
            ]
        )
        across, up = values[:, 2] - values[:, 1], values[:, 4] - values[:, 3]
    return Field(tuple(values[:, 0]), tuple(across), tuple(up))


def coordinates(cube_file: CubeFile, one: TabulatedAxis) -> np.ndarray:
    """Return the column of coordinates: floats of shape (K_M, …, K_1, M), in numpy's order.

    Raises
    ------
    PermanentError
        If the column is not such an array.
    """
    values = cube_file.table_column(one.table, one.column)
    if (
        values is None
        or values.ndim < 2
        or values.size == 0
        or values.dtype.kind not in "iuf"
        or not 0 <= one.coordinate < values.shape[-1]
        or ("+" in one.column and values.shape[-1] != len(one.column.split("+")))
    ):
        shape = None if values is None else values.shape
        raise PermanentError(
            f"Column {one.column} of the extension {one.table} has the shape {shape}; numbers of several coordinates "
            "at each of its places were expected."
        )
    missing = values.shape[-1] + 1 - values.ndim  # TDIM may lack its last axes if they have length one.
    if missing < 0:
        raise PermanentError(
            f"Column {one.column} of the extension {one.table} has {values.ndim} axes for {values.shape[-1]} "
            "coordinates; one more than coordinates was expected."
        )
    return values.reshape((1,) * missing + values.shape).astype(np.float64)


def _evaluate(
    cube_file: CubeFile, one: TabulatedAxis, described: list[TabulatedAxis], place: Mapping[int, float]
) -> float:
    """Interpolate a coordinate at pixels of some axes, and take the first place of the table on the others."""
    values = coordinates(cube_file, one)[..., one.coordinate]
    for other in described:
        dimension = values.ndim - 1 - other.coordinate
        if other.table == one.table and other.column == one.column and dimension >= 0:
            position = _position(cube_file, other, place[other.axis], values.shape[dimension])
            values = _interpolated(values, dimension, position)
    return float(values.ravel()[0])


def _position(cube_file: CubeFile, one: TabulatedAxis, pixel: float, length: int) -> float:
    """Return the position of a pixel along the column's axis, counted from 0."""
    header = cube_file.image.header
    crpix, crval, cdelt = (number(header, f"{keyword}{one.axis}") for keyword in ("CRPIX", "CRVAL", "CDELT"))
    intermediate = (crval or 0.0) + (1.0 if cdelt is None else cdelt) * (pixel - (crpix or 0.0))
    if one.index_column is None:
        return intermediate - 1
    index = cube_file.table_column(one.table, one.index_column)
    if index is None or index.size != length or index.dtype.kind not in "iuf":
        raise PermanentError(
            f"Column {one.index_column} of the extension {one.table} does not have one number for each of the "
            f"{length} places along its axis."
        )
    index = index.ravel().astype(np.float64)
    if length == 1:
        return 0.0
    cell = int(np.clip(np.searchsorted(index, intermediate) - 1, 0, length - 2))
    return cell + float((intermediate - index[cell]) / (index[cell + 1] - index[cell]))


def _interpolated(values: np.ndarray, dimension: int, position: float) -> np.ndarray:
    """Interpolate along one axis, keeping it with length one. NaN more than half a cell beyond its ends."""
    length = values.shape[dimension]
    if length == 1:
        return values.take([0], dimension)
    if not -0.5 - 1e-9 <= position <= length - 0.5 + 1e-9:
        return np.full_like(values.take([0], dimension), np.nan)
    cell = int(np.clip(np.floor(position), 0, length - 2))
    low, high = values.take([cell], dimension), values.take([cell + 1], dimension)
    return low + (high - low) * (position - cell)


def _arcsec(cube_file: CubeFile, one: TabulatedAxis) -> float:
    """Return the size of an axis's unit in arcsec: of CUNITi, else of the column's TUNITn, else 1."""
    text = cube_file.image.header.get(f"CUNIT{one.axis}") or cube_file.column_unit(one.table, one.column)
    factor = unit_factor(text or "arcsec", "arcsec")
    if not factor:
        raise PermanentError(f"CUNIT{one.axis} is {quoted(text)}; a unit such as arcsec was expected.")
    return factor
