"""Reads the pointing of a cube: its place on the Sun, its size and its rotation.

A header describes the coordinates of its pixels in one of two ways. `cubefile.linear_wcs` evaluates linear coordinates
(CRPIX, CDELT, PC, CROTA, CD, a projection such as TAN), and `cubefile.tabulated` coordinates in a table (``-TAB``). A
header may hold alternative descriptions, A to Z; they are used if the primary description gives no coordinates.

Source: FITS standard 4.0, section 8; W. T. Thompson, A&A 449, 791 (2006) for helioprojective coordinates.
"""

import math
from dataclasses import dataclass, replace
from string import ascii_uppercase

import numpy as np

from cubefile.card_values import number
from cubefile.cube import CubeFile
from cubefile.field import Field
from cubefile.header import Header
from cubefile.linear_wcs import linear_field
from cubefile.tabulated import tabulated_field

MAX_AXES = 16
"""Number of axes whose coordinates are read; real cubes have five."""

_SOLAR_RADIUS = 6.957e8  # m; IAU 2015, resolution B3.


@dataclass(frozen=True)
class Pointing:
    """A field of view on the Sun. A value that the file does not give is None.

    Attributes
    ----------
    x, y
        Helioprojective longitude and latitude of the centre, in arcsec.
    size_x, size_y
        Extent along the image's own axes, from edge to edge, in arcsec.
    rotation
        Angle from solar north to the image's y axis, counterclockwise, in degrees from -180 to 180.
    mu
        Cosine of the heliocentric angle of the centre: 1 at disk centre, 0 at the limb; None off the disk.
    """

    x: float | None = None
    y: float | None = None
    size_x: float | None = None
    size_y: float | None = None
    rotation: float | None = None
    mu: float | None = None


def read_pointing(cube_file: CubeFile) -> Pointing:
    """Read the pointing from the header's coordinates.

    Raises
    ------
    FileCutShort
        If the file ends within the table of coordinates.
    PermanentError
        If the coordinates contradict each other, or their table is malformed.
    """
    image = cube_file.image
    for alternative in ("", *ascii_uppercase):
        axes = celestial_axes(image.header, len(image.shape), alternative)
        if axes is None:
            continue
        if str(image.header.get(f"CTYPE{axes[0]}{alternative}")).strip().endswith("-TAB"):
            field = None if alternative else tabulated_field(cube_file, axes)
        else:
            field = linear_field(image, axes, alternative)
        if field is not None:
            return _finished(field, image.header)
    return Pointing()


def celestial_axes(header: Header, count: int, alternative: str = "") -> tuple[int, int] | None:
    """Return the numbers of the axes of helioprojective longitude and latitude; None if one is missing."""
    found: dict[str, int] = {}
    for axis in range(1, min(count, MAX_AXES) + 1):
        ctype = header.get(f"CTYPE{axis}{alternative}")
        if isinstance(ctype, str):
            found.setdefault(ctype[:4].upper(), axis)
    return (found["HPLN"], found["HPLT"]) if {"HPLN", "HPLT"} <= found.keys() else None


def _finished(field: Field, header: Header) -> Pointing:
    x, y = (_finite(value) for value in field.centre)
    pointing = Pointing(x, y, mu=_mu(x, y, header))
    if field.across is None or field.up is None:
        return pointing
    return replace(
        pointing,
        size_x=_finite(math.hypot(*field.across)),
        size_y=_finite(math.hypot(*field.up)),
        rotation=_finite(math.degrees(math.atan2(-field.up[0], field.up[1]))),
    )


def _mu(x: float | None, y: float | None, header: Header) -> float | None:
    radius = _apparent_radius(header)
    if x is None or y is None or radius is None:
        return None
    squared = 1 - (x * x + y * y) / (radius * radius)
    return round(math.sqrt(squared), 6) if squared >= 0 else None


def _apparent_radius(header: Header) -> float | None:
    """Return the Sun's apparent radius in arcsec, from RSUN_OBS, or else from DSUN_OBS and RSUN_REF in metres."""
    observed, distance = (_positive(header, keyword) for keyword in ("RSUN_OBS", "DSUN_OBS"))
    if observed is not None or distance is None:
        return observed
    radius = _positive(header, "RSUN_REF") or _SOLAR_RADIUS
    return math.degrees(math.asin(radius / distance)) * 3600 if radius < distance else None


def _positive(header: Header, keyword: str) -> float | None:
    value = number(header, keyword)
    return value if value is not None and value > 0 else None


def _finite(value: float) -> float | None:
    """Round a coordinate to a millionth of an arcsec, as further digits are rounding errors; None if not finite."""
    return round(float(value), 6) if np.isfinite(value) else None
