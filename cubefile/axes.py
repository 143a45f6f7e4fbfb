"""Which axis of a cube is which.

The axes before rows and columns are told apart by CTYPEn. Where that is silent, the telescope's layout tells.
"""

from dataclasses import dataclass

import numpy as np

from cubefile import HDU, CubeFile
from cubefile.card_values import number

# The first four characters of CTYPEn (FITS standard 4.0, tables 25 and 30; section 9.2 for the time scales).
_WAVELENGTH_TYPES = ("WAVE", "AWAV", "FREQ", "ENER", "WAVN", "VRAD", "VOPT", "ZOPT", "VELO", "BETA")
_TIME_TYPES = ("TIME", "UTC", "TAI", "TT", "TDT", "ET", "IAT", "UT1", "GMT", "GPS", "TCG", "TCB", "TDB", "LOCAL")

_STOKES_NAMES = {1: "I", 2: "Q", 3: "U", 4: "V"}  # FITS standard 4.0, table 29


@dataclass(frozen=True)
class CubeAxes:
    """Positions in the shape of a cube, in numpy's order; None where the cube has no such axis."""

    scan: int | None = None
    stokes: int | None = None
    wavelength: int | None = None


def cube_axes(cube: CubeFile) -> CubeAxes:
    """Tell which of the axes before rows and columns holds the scans, the Stokes components and the wavelengths."""
    hdu = cube.primary
    numbers = range(3, len(hdu.shape) + 1)
    roles = {axis: _role(hdu, axis) for axis in numbers}
    told = set(roles.values())
    positions: dict[str, int] = {}
    for axis in numbers:
        default = cube.layout.default_axes.get(axis)
        role = roles[axis] or (default if default not in told else None)
        if role is not None:
            positions.setdefault(role, len(hdu.shape) - axis)
    return CubeAxes(**positions)


def axis_length(hdu: HDU, position: int | None) -> int:
    """Return how long an axis of `CubeAxes` is; one that the cube does not have is as good as one of length 1."""
    return 1 if position is None else hdu.shape[position]


def stokes_names(cube: CubeFile) -> list[str]:
    """Name the Stokes components in the order of their axis: by CRPIXn, CRVALn and CDELTn, else from I on."""
    hdu, position = cube.primary, cube_axes(cube).stokes
    count = axis_length(hdu, position)
    axis = 0 if position is None else len(hdu.shape) - position
    reference, first, step = (
        _or_one(number(hdu.header, f"{keyword}{axis}")) for keyword in ("CRPIX", "CRVAL", "CDELT")
    )
    # Far beyond any component, so that a hostile header cannot overflow anything.
    codes = np.clip(first + (np.arange(1, count + 1) - reference) * step, -99, 99)
    return [_STOKES_NAMES.get(code, f"component {place}") for place, code in enumerate(codes.tolist(), start=1)]


def _role(hdu: HDU, axis: int) -> str | None:
    kind = str(hdu.header.get(f"CTYPE{axis}") or "").upper().partition("-")[0].strip()
    if kind in _WAVELENGTH_TYPES:
        return "wavelength"
    if kind == "STOKES":
        return "stokes"
    return "scan" if kind in _TIME_TYPES else None


def _or_one(value: float | None) -> float:
    return 1.0 if value is None else value
