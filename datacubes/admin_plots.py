"""The plots of a cube in the admin: drawn here as SVG, with axes, units and a legend, without any script.

The public page draws the same data to be explored; who administers the archive only has to see that they are right.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, pairwise
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 14, 24, 44
_MOST_POINTS = 1000
_TICKS = 5
_LONGEST_WAVE = 1e9  # nm; a table may hold what is no wavelength, and no axis has room for it.
_STEPS_OF_TIME = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86400
_POWER = re.compile(r"(?:\^|\*\*)\(?([+-]?\d+)\)?")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+")  # A plus is left out.

Values = Sequence[float | None]


@dataclass(frozen=True)
class Scale:
    """From values of an axis to places in a drawing, and the marks on it.

    Attributes
    ----------
    low, high
        The values at its ends.
    start, end
        The places of those.
    """

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float, margin: float = 0.0) -> "Scale":
        """Make the scale that has room for all values, and a share of their range beside them."""
        found = list(values)
        low, high = min(found), max(found)
        room = (high - low) * margin or (0.0 if high > low else abs(low) * 0.1 or 1.0)
        return cls(low - room, high + room, start, end)

    def __call__(self, value: float) -> float:
        """Return the place of a value, to a tenth of a unit."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def marks(self, step: float) -> list[float]:
        """Return the multiples of a step on the axis."""
        return [number * step for number in self._multiples(step)]

    def step(self, unit: float = 1.0, steps: Iterable[float] = ()) -> float:
        """Return the first of some steps that gives few enough marks; else 1, 2, 5, 10, … times a unit."""
        power = math.floor(math.log10((self.high - self.low) / unit / _TICKS))
        further = (unit * factor * 10.0**exponent for exponent in range(power, power + 3) for factor in (1, 2, 5))
        return next(step for step in chain(steps, further) if len(self._multiples(step)) <= _TICKS)

    def _multiples(self, step: float) -> range:
        return range(math.ceil(self.low / step), math.floor(self.high / step) + 1)


def seeing_plots(seeing: dict[str, Any]) -> list[SafeString]:
    """Draw r₀ along time, with the scans as bands; nothing where no value has a time."""
    moments = [None if time is None else datetime.fromisoformat(time).timestamp() for time in seeing["times"]]
    series = [
        (name, [None if value is None else 100 * value for value in seeing[key]])
        for name, key in (("low altitudes", "r0_low"), ("low and high altitudes", "r0_low_and_high"))
    ]
    known = [moment for moment in moments if moment is not None]
    if not known:
        return []
    scale = Scale.around(known, _LEFT, WIDTH - _RIGHT)
    step = scale.step(_DAY, _STEPS_OF_TIME)
    form = "%Y-%m-%d" if step >= _DAY else "%H:%M" if step >= 60 else "%H:%M:%S"
    marks = [(scale(mark), f"{datetime.fromtimestamp(mark, UTC):{form}}") for mark in scale.marks(step)]
    bands = [
        tuple(datetime.fromisoformat(scan[key]).timestamp() for key in ("begin", "end"))
        for scan in seeing["scans"]
        if scan["begin"] and scan["end"]
    ]
    drawn = _draw(
        title="Fried parameter r₀ along time",
        x=(moments, scale, marks, f"Time (UTC), {datetime.fromtimestamp(min(known), UTC):%Y-%m-%d}"),
        series=series,
        y_label="r₀ (cm)",
        bands=bands,
    )
    return [drawn] if drawn else []


def line_profile_plots(profile: dict[str, Any]) -> list[SafeString]:
    """Draw the intensity along wavelength, and beside it the far smaller polarised components."""
    places = [None if place is None or abs(place) > _LONGEST_WAVE else place for place in profile["wavelengths"]]
    known = [place for place in places if place is not None]
    if not known:
        return []
    scale = Scale.around(known, _LEFT, WIDTH - _RIGHT, margin=0.02)
    step = scale.step()
    marks = [(scale(mark), _decimal(mark, step)) for mark in scale.marks(step)]
    stokes = list(profile["stokes"].items())
    drawings = []
    for components in (stokes[:1], stokes[1:]):
        exponent = _exponent(components)
        unit = " ".join(filter(None, (exponent and f"10{_superscript(exponent)}", _unit(profile))))
        names = ", ".join(name for name, _ in components)
        drawings.append(
            _draw(
                title=f"Median of Stokes {names} along wavelength",
                x=(places, scale, marks, "Wavelength (nm)"),
                series=[
                    (f"Stokes {name}", [None if value is None else value / 10**exponent for value in values])
                    for name, values in components
                ],
                y_label=f"{names} ({unit or 'unit not stated'})",
            )
        )
    return [drawing for drawing in drawings if drawing]


def _draw(
    *,
    title: str,
    x: tuple[Values, Scale, list[tuple[float, str]], str],
    series: list[tuple[str, Values]],
    y_label: str,
    bands: Iterable[tuple[float, float]] = (),
) -> SafeString | None:
    """Draw lines over a common axis; nothing where no value is known."""
    places, x_scale, x_marks, x_label = x
    values = [
        value
        for _, line in series
        for place, value in zip(places, line, strict=True)
        if place is not None and value is not None
    ]
    if not values:
        return None
    y_scale = Scale.around(values, HEIGHT - _BOTTOM, _TOP, margin=0.06)
    step = y_scale.step()
    left, right = _LEFT, WIDTH - _RIGHT
    context = {
        "title": title,
        "width": WIDTH,
        "height": HEIGHT,
        "left": left,
        "right": right,
        "top": _TOP,
        "bottom": HEIGHT - _BOTTOM,
        "x_marks": x_marks,
        "y_marks": [(y_scale(mark), _decimal(mark, step)) for mark in y_scale.marks(step)],
        "x_label": x_label,
        "y_label": y_label,
        "bands": "".join(_band(max(left, x_scale(begin)), min(right, x_scale(end))) for begin, end in bands),
        "lines": [(name, _path(places, line, x_scale, y_scale)) for name, line in series],
    }
    return render_to_string("datacubes/admin/plot.html", context)


def _band(begin: float, end: float) -> str:
    return f"M{begin:g} {_TOP}H{end:g}V{HEIGHT - _BOTTOM}H{begin:g}z" if end > begin else ""


def _path(places: Values, values: Values, x_scale: Scale, y_scale: Scale) -> str:
    """Return a line through the points whose place is known, with gaps where a value is not."""
    points = [(place, value) for place, value in zip(places, values, strict=True) if place is not None]
    points.sort(key=lambda point: point[0])
    points = points[:: -(-len(points) // _MOST_POINTS)]
    return "".join(_segments((None, *points), x_scale, y_scale))


def _segments(points: Iterable[tuple[float, float | None] | None], x_scale: Scale, y_scale: Scale) -> Iterator[str]:
    for before, (place, value) in pairwise(points):
        if value is None:
            continue
        spot = f"{x_scale(place):g} {y_scale(value):g}"
        # A line to where the pen is makes a dot of a point that has no neighbours.
        yield f"L{spot}" if before is not None and before[1] is not None else f"M{spot}L{spot}"


def _decimal(value: float, step: float) -> str:
    digits = min(6, max(0, -math.floor(math.log10(step))))
    return f"{value:.{digits}f}".replace("-", "−")


def _exponent(components: list[tuple[str, Values]]) -> int:
    """Return the power of ten in which intensities are numbers that one can read."""
    largest = max((abs(value) for _, values in components for value in values if value is not None), default=0)
    power = max(-300, math.floor(math.log10(largest))) if largest else 0  # What is smaller has no power of ten.
    return power if power < -2 or power > 3 else 0


def _unit(profile: dict[str, Any]) -> str:
    """Write a unit of FITS, “W m^-2”, in the way of papers."""
    return _POWER.sub(lambda match: _superscript(match[1]), profile["units"]["intensity"])


def _superscript(number: int | str) -> str:
    return str(number).translate(_SUPERSCRIPTS)
