"""Draws a line profile as a small picture for lists."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

_WIDTH, _HEIGHT, _MARGIN = 100, 28, 2
# Maximum width of a step between two wavelengths, in median steps. A point in the continuum may be several nm away and
# would otherwise leave no room for the line.
_WIDEST_STEP = 3


def sparkline(profile: Mapping[str, Any]) -> str:
    """Return the first Stokes component of a `plots.line_profile` as SVG of 100 × 28 units.

    The drawing takes the colour of the surrounding text, so that it suits light and dark pages. Its title says what it
    shows. The line has a gap at a missing intensity.
    """
    wavelengths = np.array(profile["wavelengths"], dtype=np.float64)
    name, values = next(iter(profile["stokes"].items()))
    intensity = np.array(values, dtype=np.float64)
    title = _title(name, wavelengths)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label={quoteattr(title)}><title>{escape(title)}</title>'
        f'<path d="{_path(_across(wavelengths), _up(intensity))}" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _title(name: str, wavelengths: np.ndarray) -> str:
    if len(wavelengths) == 1:
        return f"Median of Stokes {name} at {wavelengths[0]:.3f} nm"
    return f"Line profile: median of Stokes {name} from {wavelengths[0]:.3f} to {wavelengths[-1]:.3f} nm"


def _across(wavelengths: np.ndarray) -> np.ndarray:
    """Return places from left to right; a single place is in the middle."""
    if len(wavelengths) == 1:
        return np.array([_WIDTH / 2])
    steps = np.diff(wavelengths)
    steps = np.minimum(steps, _WIDEST_STEP * np.median(steps)) if np.median(steps) > 0 else np.ones(len(steps))
    places = np.concatenate([[0], np.cumsum(steps)])
    return _MARGIN + places / places[-1] * (_WIDTH - 2 * _MARGIN)


def _up(intensity: np.ndarray) -> np.ndarray:
    """Return places counted from the top, as in SVG; a constant profile is in the middle."""
    known = intensity[np.isfinite(intensity)]
    if known.size == 0 or known.min() == known.max():
        return np.where(np.isfinite(intensity), _HEIGHT / 2, np.nan)
    share = (intensity - known.min()) / (known.max() - known.min())
    return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)


def _path(x: np.ndarray, y: np.ndarray) -> str:
    commands = []
    pen_down = False
    for place, height in zip(x.tolist(), y.tolist(), strict=True):
        if height != height:  # NaN
            pen_down = False
            continue
        # A line to the pen's own place draws a point without neighbours as a dot.
        commands.append(f"{'L' if pen_down else f'M{place:.1f} {height:.1f}L'}{place:.1f} {height:.1f}")
        pen_down = True
    return "".join(commands)
