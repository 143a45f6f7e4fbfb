"""Converts a frame's values to greys."""

import math

import numpy as np

Limits = tuple[float, float]
"""The values drawn darkest and brightest."""

BACKGROUND = 0
"""The grey of pixels without a value: black, as the sky beside the Sun. Values are drawn with 1 to 255."""

_MIDDLE = 128  # The grey of a constant frame.
_SAMPLES = 200_000
_PERCENTILES = (0.2, 99.8)  # Bright points and bad pixels cover less of a frame; umbrae and faculae cover more.
_BAND_PIXELS = 2**18
# float32 cannot distinguish values that lie closer together, and the scale would overflow it.
_LEAST_RANGE = 1e-35


def sample(frame: np.ndarray) -> np.ndarray:
    """Return a regular sample of the finite values of a frame, some 200,000 at most, of shape (n,)."""
    step = max(1, math.ceil(math.sqrt(frame.size / _SAMPLES)))
    values = frame[::step, ::step]
    return values[np.isfinite(values)]


def stretch_limits(values: np.ndarray) -> Limits | None:
    """Return the percentiles 0.2 and 99.8 of the values; None without values.

    If the two percentiles are equal, the limits are the smallest and the largest value.
    """
    if values.size == 0:
        return None
    low, high = np.percentile(values, _PERCENTILES).astype(float)
    if not high - low > _LEAST_RANGE:
        low, high = float(values.min()), float(values.max())
    return low, high


def to_grey(frame: np.ndarray, limits: Limits | None) -> np.ndarray:
    """Return a frame as greys: uint8, of the same shape, the first row on top.

    The first row of FITS is at the bottom and that of an image at the top, so the order of rows is reversed. Values
    that are not finite become `BACKGROUND`. If the limits are equal, all others become a middle grey.
    """
    grey = np.empty(frame.shape, dtype=np.uint8)
    upward = grey[::-1]
    low, high = limits or (0.0, 0.0)
    flat = not high - low > _LEAST_RANGE
    rows = max(1, _BAND_PIXELS // frame.shape[1])
    for top in range(0, len(frame), rows):
        values = frame[top : top + rows]
        band = upward[top : top + rows]
        if flat:
            band[...] = _MIDDLE
        else:
            # Compute with halves, because the difference of two float32 can overflow.
            shades = values * np.float32(0.5)
            shades -= np.float32(low / 2)
            with np.errstate(over="ignore"):
                shades *= np.float32(254 / (high / 2 - low / 2))
            shades += np.float32(1.5)  # 1 to 255, rounded by the conversion to integers.
            np.clip(shades, 1, 255, out=shades)
            np.fmax(shades, BACKGROUND, out=shades)  # Replaces NaN.
            band[...] = shades
        infinite = ~np.isfinite(values)
        if infinite.any():
            band[infinite] = BACKGROUND
    return grey
