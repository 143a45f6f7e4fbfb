"""Evaluates linear coordinates with a projection by `astropy.wcs`.

astropy receives a header that is built here, with only the keywords that it needs and with numbers only. Its time and
memory for a hostile header have no bound.

Source: FITS standard 4.0, sections 8.1 to 8.3; the forms of the linear transformation are those of table 22 (PCi_j with
CDELTi, CDi_j, CROTAi with CDELTi).
"""

import warnings

import numpy as np
from astropy.io import fits

from common.errors import PermanentError, damage, quoted
from cubefile.card_values import number
from cubefile.field import Field
from cubefile.header import Header
from cubefile.image import CubeImage
from cubefile.units import unit_factor

MAX_PARAMETERS = 21  # Parameters of a projection: PVi_0 to PVi_20 (FITS standard 4.0, section 8.3).


def linear_field(image: CubeImage, axes: tuple[int, int], alternative: str = "") -> Field | None:
    """Return the centre and the sides of the field of view.

    Parameters
    ----------
    image
        The image and its header.
    axes
        Numbers of the axes of longitude and latitude; these are the columns and rows unless the header mixes them.
    alternative
        The description of the coordinates: "" for the primary one, or A to Z.

    Returns
    -------
    Field or None
        None if a required number is missing.

    Raises
    ------
    PermanentError
        If the coordinates contradict each other, or their unit is not an angle.
    """
    header = image.header
    lengths = image.shape[::-1]
    place = [number(header, f"{name}{axis}{alternative}") for axis in axes for name in ("CRPIX", "CRVAL")]
    if None in place:
        return None
    if all(number(header, f"CDELT{axis}{alternative}") == 0 for axis in axes):
        # SSTRED gives only the centre of the field, with steps of zero.
        return Field(_constant(header, axes, alternative))
    matrix = _matrix(header, axes, len(lengths), alternative)
    if matrix is None:
        return None
    # Imported here because the import takes 0.1 s and 20 MB, and cubes of the SST do not need it.
    from astropy.wcs import WCS

    with damage("The coordinates in the header cannot be evaluated"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wcs = WCS(fits.Header(_cards(header, axes, len(lengths), alternative) | matrix), fix=False)
        index = [axis - 1 for axis in axes]
        places = np.tile([(length + 1) / 2 for length in lengths], (5, 1))
        for row, (axis, offset) in enumerate(((0, -0.5), (0, 0.5), (1, -0.5), (1, 0.5)), start=1):
            places[row, index[axis]] += offset
        world = wcs.wcs_pix2world(places, 1)[:, index]
        world = world * [wcs.wcs.cunit[i].to("arcsec") for i in index]
        # The central pixel's size times the number of pixels, as a large field's edges may lie outside the projection.
        sides = np.stack([world[2] - world[1], world[4] - world[3]])
        sides[:, 0] = _around_zero(sides[:, 0]) * np.cos(np.radians(world[0, 1] / 3600))
        if not abs(np.linalg.det(sides)) > 0:
            raise ValueError("columns and rows have the same direction")
        sides *= [[lengths[i]] for i in index]
    longitude, latitude = _around_zero(world[0, 0]), world[0, 1]
    return Field((float(longitude), float(latitude)), *((float(side[0]), float(side[1])) for side in sides))


def _around_zero(longitude: np.ndarray) -> np.ndarray:
    """Wrap longitudes in arcsec to -180° to 180°."""
    circle = 360 * 3600.0
    return (longitude + circle / 2) % circle - circle / 2


def _cards(header: Header, axes: tuple[int, int], count: int, alternative: str) -> dict[str, str | float]:
    """Return the keywords that astropy needs besides the matrix; an axis that is not an angle counts its pixels."""
    cards: dict[str, str | float] = {"WCSAXES": count}
    for axis in range(1, count + 1):
        cards |= {f"CRPIX{axis}": 0.0, f"CRVAL{axis}": 0.0}
    for axis in axes:
        ctype, cunit = header.get(f"CTYPE{axis}{alternative}"), header.get(f"CUNIT{axis}{alternative}")
        unit = str(cunit).strip() if cunit else "deg"
        if not unit_factor(unit, "arcsec"):
            raise PermanentError(f"CUNIT{axis}{alternative} is {quoted(cunit)}; a unit of angle was expected.")
        cards |= {f"CTYPE{axis}": str(ctype).strip()[:8], f"CUNIT{axis}": unit}
        numbers = {f"CRPIX{axis}", f"CRVAL{axis}"} | {f"PV{axis}_{number}" for number in range(MAX_PARAMETERS)}
        cards |= _numbers(header, numbers, alternative)
    return cards | _numbers(header, {"LONPOLE", "LATPOLE"}, alternative)


def _matrix(header: Header, axes: tuple[int, int], count: int, alternative: str) -> dict[str, float] | None:
    """Return the keywords of the linear transformation in the form that the header uses; None without a scale."""
    for name in ("CD", "PC"):
        keywords = {f"{name}{axis}_{other}" for axis in axes for other in range(1, count + 1)}
        found = _numbers(header, keywords, alternative)
        if not found:
            continue
        others = {f"{name}{axis}_{axis}": 1.0 for axis in range(1, count + 1) if axis not in axes}
        if name == "CD":
            return others | found
        scales = _scales(header, axes, alternative)
        return scales and scales | others | found
    scales = _scales(header, axes, alternative)
    rotation = number(header, f"CROTA{axes[1]}{alternative}")
    return scales if not scales or rotation is None else scales | {f"CROTA{axes[1]}": rotation}


def _scales(header: Header, axes: tuple[int, int], alternative: str) -> dict[str, float] | None:
    found = _numbers(header, {f"CDELT{axis}" for axis in axes}, alternative)
    return found if len(found) == len(axes) else None


def _constant(header: Header, axes: tuple[int, int], alternative: str) -> tuple[float, float]:
    values = []
    for axis in axes:
        cunit = header.get(f"CUNIT{axis}{alternative}")
        factor = unit_factor(cunit or "deg", "arcsec")
        if not factor:
            raise PermanentError(f"CUNIT{axis}{alternative} is {quoted(cunit)}; a unit of angle was expected.")
        values.append(factor * (number(header, f"CRVAL{axis}{alternative}") or 0.0))
    return values[0], values[1]


def _numbers(header: Header, keywords: set[str], alternative: str) -> dict[str, float]:
    found = {keyword: number(header, keyword + alternative) for keyword in sorted(keywords)}
    return {keyword: value for keyword, value in found.items() if value is not None}
