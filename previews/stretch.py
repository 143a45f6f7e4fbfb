"""From a frame's values to the greys that show it."""

import math

import numpy as np

Limits = tuple[float, float]
"""The values that are drawn darkest and brightest."""

BACKGROUND = 0
"""The grey of pixels without a value; black, as the sky beside the Sun. Values are drawn with 1 to 255."""

_MIDDLE = 128  # A constant frame.
_SAMPLES = 200_000
_PERCENTILES = (0.2, 99.8)  # Bright points and bad pixels are less than this; umbrae and faculae are more.
_BAND_PIXELS = 2**18
# float32 cannot tell values apart that lie closer together, nor hold what the scale would be.
_LEAST_RANGE = 1e-35


def sample(frame: np.ndarray) -> np.ndarray:
    """Return a regular sample of the finite values of a frame, some 200,000 at most, of shape (n,)."""
    step = max(1, math.ceil(math.sqrt(frame.size / _SAMPLES)))
    values = frame[::step, ::step]
    return values[np.isfinite(values)]


def stretch_limits(values: np.ndarray) -> Limits | None:
    """Return the limits between which all but the outermost values lie, None where there are no values.

    Where so many values are equal that the percentiles are, the limits are the least and the greatest value.
    """
    if values.size == 0:
        return None
    low, high = np.percentile(values, _PERCENTILES).astype(float)
    if not high - low > _LEAST_RANGE:
        low, high = float(values.min()), float(values.max())
    return low, high


def to_grey(frame: np.ndarray, limits: Limits | None) -> np.ndarray:
    """Draw a frame: uint8, of the same shape, the right way up.

    The first row of FITS is at the bottom, the first row of an image at the top, so rows are turned around. Values
    that are not finite get the background's grey. What is not bracketed by different limits is of a middle grey.
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
            # Halves, as the distance of two float32 can be more than a float32 holds.
            shades = values * np.float32(0.5)
            shades -= np.float32(low / 2)
            with np.errstate(over="ignore"):
                shades *= np.float32(254 / (high / 2 - low / 2))
            shades += np.float32(1.5)  # 1 to 255, rounded by the conversion to integers.
            np.clip(shades, 1, 255, out=shades)
            np.fmax(shades, BACKGROUND, out=shades)  # NaN passes all the above.
            band[...] = shades
        infinite = ~np.isfinite(values)
        if infinite.any():
            band[infinite] = BACKGROUND
    return grey
