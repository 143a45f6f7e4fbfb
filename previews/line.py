"""Finds the centre of a spectral line in its profile."""

import numpy as np

_LEAST_DEPTH = 0.05  # Share of the brightest intensity; scans of a continuum vary less.


def line_centre(wavelengths: np.ndarray, intensity: np.ndarray) -> float | None:
    """Return the middle between the line's two wings, at half the depth of its core.

    At half depth the result depends neither on how far the scan reaches on either side, nor on a separate point in the
    continuum, which may be several nm away.

    Parameters
    ----------
    wavelengths, intensity : ndarray
        Shape (n,), in any order; points that are not finite are left out.

    Returns
    -------
    float or None
        The centre in the unit of `wavelengths`; None without an absorption line that has a wing on either side.
    """
    finite = np.isfinite(wavelengths) & np.isfinite(intensity)
    order = np.argsort(wavelengths[finite], kind="stable")
    x, y = wavelengths[finite][order], intensity[finite][order]
    if len(x) < 3:
        return None
    core = int(np.argmin(y))
    if core in (0, len(y) - 1):
        return None
    wing = min(y[:core].max(), y[core + 1 :].max())
    if wing - y[core] < _LEAST_DEPTH * y.max() or y.max() <= 0:
        return None
    level = (wing + y[core]) / 2
    blue = int(np.flatnonzero(y[:core] >= level)[-1])
    red = core + 1 + int(np.flatnonzero(y[core + 1 :] >= level)[0])
    return (_crossing(x, y, blue, blue + 1, level) + _crossing(x, y, red, red - 1, level)) / 2


def _crossing(x: np.ndarray, y: np.ndarray, above: int, below: int, level: float) -> float:
    share = (y[above] - level) / (y[above] - y[below])
    return float(x[above] + share * (x[below] - x[above]))
