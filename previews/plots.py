"""Computes the data of plots as JSON values: the seeing during the observation, and the profile of the spectral line.

NaN and infinities become None.
"""

from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np

from common.errors import PermanentError, on_one_line
from cubefile.axes import axis_length, cube_axes, stokes_names
from cubefile.cube import CubeFile
from cubefile.dates import parse_time
from cubefile.tables import PlotUnavailable, column, medians, wavelengths

__all__ = ["PlotUnavailable", "line_profile", "median_r0", "seeing"]

MAX_SAMPLES = 4000
"""Maximum number of samples of the seeing; a longer series is thinned to every second, third, … sample."""

_LONGEST_TIME = 1e9  # Seconds since DATEREF, some 30 years; no observation is longer.
_LARGEST_R0 = 1e3  # m


def seeing(cube: CubeFile) -> dict[str, Any]:
    """Return the Fried parameter r₀ along time.

    Returns
    -------
    dict
        - ``times``: ISO 8601, UTC, ending in Z.
        - ``r0_low`` and ``r0_low_and_high``: the seeing of low and of all altitudes, at each of ``times``.
        - ``units``: the units of these.
        - ``scans``: begin and end of each scan, in order; None if unknown. Empty if the file does not give them;
          ``scans_missing`` then says why.

    Raises
    ------
    PlotUnavailable
        If DATEREF or the table of the seeing is missing, or the table's columns do not fit each other.
    """
    values = column(cube, cube.layout.seeing, "ATMOS_R0")
    seconds = column(cube, cube.layout.seeing, "TIME-ATMOS_R0").ravel()
    count = len(seconds)
    if count == 0 or values.size != 2 * count or values.shape[-1] != 2:
        raise PlotUnavailable(
            f"The column ATMOS_R0 has the shape {values.shape}; {count} times × 2 altitudes were expected."
        )
    step = -(-count // MAX_SAMPLES)
    r0 = values.reshape(count, 2)[::step]
    r0 = np.where((r0 >= 0) & (r0 < _LARGEST_R0), np.round(r0, 5), np.nan)
    scans, scans_missing = _scan_times(cube)
    return {
        "units": {"times": "UTC", "r0": "m"},
        "times": _times(cube, seconds[::step]),
        "r0_low": _numbers(r0[:, 0]),
        "r0_low_and_high": _numbers(r0[:, 1]),
        "scans": scans,
        "scans_missing": scans_missing,
    }


def median_r0(plot: Mapping[str, Any] | None) -> float | None:
    """Return the median of ``r0_low_and_high`` of a plot of the seeing, in metres; None if it has no value."""
    known = [value for value in (plot or {}).get("r0_low_and_high") or () if value is not None]
    return round(median(known), 5) if known else None


def line_profile(cube: CubeFile) -> dict[str, Any]:
    """Return the median intensity along wavelength for each Stokes component, as the mean over all scans.

    Returns
    -------
    dict
        - ``wavelengths``: ascending.
        - ``stokes``: the values at each of ``wavelengths``, by the name of the component.
        - ``scans``: the number of scans.
        - ``units``: the units of these; that of the intensity is BUNIT, or empty.

    Raises
    ------
    PlotUnavailable
        If the table of coordinates or of medians is missing or does not fit the cube.
    """
    places = wavelengths(cube)
    values = medians(cube)
    known = np.isfinite(values)
    if not known.any():
        raise PlotUnavailable(f"The table {cube.layout.medians} has no median that is a number.")
    counts = known.sum(axis=0)
    means = np.where(known, values, 0).sum(axis=0) / np.where(counts, counts, np.nan)
    order = np.argsort(places, kind="stable")
    order = order[np.isfinite(places[order])]
    unit = cube.image.header.get("BUNIT")
    return {
        "units": {"wavelengths": "nm", "intensity": unit.strip() if isinstance(unit, str) else ""},
        "wavelengths": _numbers(np.round(places[order], 6)),
        "stokes": {name: _numbers(mean[order]) for name, mean in zip(stokes_names(cube), means, strict=True)},
        "scans": len(values),
    }


def _scan_times(cube: CubeFile) -> tuple[list[dict[str, str | None]], str]:
    """Return begin and end of each scan and an empty text; or an empty list and the reason."""
    axes = cube_axes(cube)
    count = axis_length(cube.image, axes.scan)
    try:
        begins, ends = (
            _moments(column(cube, table, key, dtype=str), key, count)
            for table, key in ((cube.layout.begins, "DATE-BEG"), (cube.layout.ends, "DATE-END"))
        )
    except PlotUnavailable as error:
        return [], str(error)
    # Unlike `min` and `max`, fmin and fmax skip unknown times.
    first, last = _iso(np.fmin.reduce(begins, axis=1)), _iso(np.fmax.reduce(ends, axis=1))
    return [{"begin": begin, "end": end} for begin, end in zip(first, last, strict=True)], ""


def _moments(texts: np.ndarray, key: str, scans: int) -> np.ndarray:
    """Return ISO times as datetime64, shape (nscan, n)."""
    if texts.size == 0 or texts.size % scans or (texts.ndim > 1 and scans > 1 and texts.shape[0] != scans):
        raise PlotUnavailable(f"The column {key} has the shape {texts.shape}, which does not fit {scans} scans.")
    try:
        moments = np.char.strip(texts, "Z ").astype("datetime64[us]")
    except ValueError as error:
        raise PlotUnavailable(f"The column {key} holds a value that is not a time: {on_one_line(error)}.") from error
    return moments.reshape(scans, -1)


def _times(cube: CubeFile, seconds: np.ndarray) -> list[str | None]:
    """Return seconds since DATEREF as ISO 8601."""
    try:
        zero = np.datetime64(parse_time("DATEREF", cube.image.header.get("DATEREF")).replace(tzinfo=None))
    except PermanentError as error:
        raise PlotUnavailable(f"The times of the seeing have no reference: {on_one_line(error)}") from error
    known = abs(seconds) < _LONGEST_TIME
    elapsed = (np.where(known, seconds, 0) * 1e3).round().astype("timedelta64[ms]")
    return _iso(np.where(known, zero + elapsed, np.datetime64("NaT")))


def _iso(moments: np.ndarray) -> list[str | None]:
    texts = np.datetime_as_string(moments.astype("datetime64[ms]"), timezone="UTC").astype(object)
    texts[np.isnat(moments)] = None
    return texts.tolist()


def _numbers(values: np.ndarray) -> list[float | None]:
    numbers = values.astype(object)
    numbers[~np.isfinite(values)] = None
    return numbers.tolist()
