"""Cubes of the API's JSON as a table with units and times."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable
from astropy.time import Time

TEXTS = ("oid", "instrument", "observation", "line", "spectral_line", "observer", "filename", "download_url", "url")
TIMES = ("date_beg", "date_end")
QUANTITIES = {
    "wavelength_min": u.nm,
    "wavelength_max": u.nm,
    "duration": u.s,
    "cadence": u.s,
    "exposure": u.s,
    "pointing_x": u.arcsec,
    "pointing_y": u.arcsec,
    "size_x": u.arcsec,
    "size_y": u.arcsec,
    "rotation": u.deg,
    "mu": u.dimensionless_unscaled,
    "r0_median": u.m,
    "size": u.byte,
}
INTEGERS = ("n_scans", "n_wavelengths")
ORDER = (
    *("oid", "instrument", "line", "date_beg", "date_end", "wavelength_min", "wavelength_max", "polarimetry"),
    *("n_scans", "n_wavelengths", "cadence", "exposure", "duration", "pointing_x", "pointing_y", "mu", "size_x"),
    *("size_y", "rotation", "r0_median", "tags", "observer", "observation", "size", "is_public", "may_download"),
    *("release_date", "filename", "download_url", "url", "spectral_line"),
)


def cubes_as_table(cubes: Sequence[dict[str, Any]]) -> QTable:
    """Return cubes as a table. A missing number is NaN.

    Parameters
    ----------
    cubes
        Cubes as ``GET /api/v1/data-cubes/`` lists them.
    """
    columns: dict[str, Any] = {name: [str(cube.get(name) or "") for cube in cubes] for name in TEXTS}
    for name in TIMES:
        columns[name] = _times([str(cube[name]) for cube in cubes])
    for name, unit in QUANTITIES.items():
        columns[name] = _numbers([cube.get(name) for cube in cubes]) * unit
    for name in INTEGERS:
        columns[name] = np.array([int(cube[name]) for cube in cubes], dtype=np.int64)
    columns["polarimetry"] = _logicals([cube["polarimetry"] for cube in cubes])
    access = [cube["access"] for cube in cubes]
    for name in ("is_public", "may_download"):
        columns[name] = _logicals([one[name] for one in access])
    columns["release_date"] = [one["release_date"] or "" for one in access]
    columns["tags"] = [", ".join(sorted(str(tag["name"]) for tag in cube["tags"])) for cube in cubes]
    for name, values in columns.items():
        if isinstance(values, list):
            columns[name] = np.array(values, dtype=str)
    return QTable({name: columns[name] for name in ORDER})


def _times(texts: list[str]) -> Time:
    moments = np.array([text.removesuffix("Z").partition("+")[0] for text in texts], dtype="U32")
    return Time(moments if texts else np.array([], dtype="U32"), format="isot", scale="utc")


def _numbers(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _logicals(values: list[Any]) -> np.ndarray:
    return np.array([bool(value) for value in values], dtype=bool)
