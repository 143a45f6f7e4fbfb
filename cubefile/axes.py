"""Finds the role of each axis of a cube.

CTYPEn names the role of an axis. An axis without CTYPEn has the role that the telescope's layout gives it.
"""

from dataclasses import dataclass

import numpy as np

from cubefile.card_values import number, text
from cubefile.cube import CubeFile
from cubefile.image import CubeImage

# The first four characters of CTYPEn (FITS standard 4.0, tables 25 and 30; section 9.2 for the time scales).
_WAVELENGTH_TYPES = ("WAVE", "AWAV", "FREQ", "ENER", "WAVN", "VRAD", "VOPT", "ZOPT", "VELO", "BETA")
_TIME_TYPES = ("TIME", "UTC", "TAI", "TT", "TDT", "ET", "IAT", "UT1", "GMT", "GPS", "TCG", "TCB", "TDB", "LOCAL")

MAX_STOKES_NAMES = 16
"""Bounds the names, as a header can claim an axis of any length. FITS defines 12 codes: I, Q, U, V and correlations."""

_STOKES_NAMES = {1: "I", 2: "Q", 3: "U", 4: "V"}  # FITS standard 4.0, table 29


@dataclass(frozen=True)
class CubeAxes:
    """Positions of axes in the shape of a cube, in numpy's order; None for an axis that the cube lacks."""

    scan: int | None = None
    stokes: int | None = None
    wavelength: int | None = None


def cube_axes(cube: CubeFile) -> CubeAxes:
    """Return which axes hold the scans, the Stokes components and the wavelengths."""
    return _axes(cube, first=1)


def frame_axes(cube: CubeFile) -> CubeAxes:
    """Return the axes of `cube_axes` that number the frames.

    The rows and columns of a frame are left out, such as the wavelengths along a slit's spectrum.
    """
    return _axes(cube, first=3)


def _axes(cube: CubeFile, first: int) -> CubeAxes:
    image = cube.image
    numbers = range(first, len(image.shape) + 1)
    named = {axis: _role(image, axis) for axis in numbers}
    positions: dict[str, int] = {}
    for axis in numbers:
        default = cube.layout.default_axes.get(axis)
        is_silent = not text(image.header, f"CTYPE{axis}")
        role = default if is_silent and default not in named.values() else named[axis]
        if role is not None:
            positions.setdefault(role, len(image.shape) - axis)
    return CubeAxes(**positions)


def axis_length(image: CubeImage, position: int | None) -> int:
    """Return the length of an axis of `CubeAxes`; 1 for an axis that the cube lacks."""
    return image.shape[position] if position is not None else 1


def stokes_names(cube: CubeFile) -> list[str]:
    """Return the names of at most `MAX_STOKES_NAMES` Stokes components, in the order of their axis.

    CRPIXn, CRVALn and CDELTn give their codes; each of them is 1 if it is missing, so that the names begin with I.
    """
    image, position = cube.image, frame_axes(cube).stokes
    count = min(axis_length(image, position), MAX_STOKES_NAMES)
    axis = 0 if position is None else len(image.shape) - position
    reference, first, step = (
        _or_one(number(image.header, f"{keyword}{axis}")) for keyword in ("CRPIX", "CRVAL", "CDELT")
    )
    # The bounds lie far beyond any code; they keep a hostile header from overflowing an integer.
    codes = np.clip(first + (np.arange(1, count + 1) - reference) * step, -99, 99)
    return [_STOKES_NAMES.get(code, f"component {place}") for place, code in enumerate(codes.tolist(), start=1)]


def _role(image: CubeImage, axis: int) -> str | None:
    kind = text(image.header, f"CTYPE{axis}").upper().partition("-")[0].strip()
    if kind in _WAVELENGTH_TYPES:
        return "wavelength"
    if kind == "STOKES":
        return "stokes"
    return "scan" if kind in _TIME_TYPES else None


def _or_one(value: float | None) -> float:
    return 1.0 if value is None else value
