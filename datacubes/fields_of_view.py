"""Which fields of view overlap a box, a circle or another field of view, as conditions for the database.

A field of view is a rectangle in helioprojective longitude and latitude (arcsec), turned by `Metadata.rotation`. Two
rectangles overlap unless an axis of one of them separates their shadows on it (the separating axis theorem). A field of
view whose size is unknown is a point; one whose centre is unknown overlaps nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func, Q, TextField, Value

from common.sql_text import WrittenCondition
from datacubes.models import Metadata

FARTHEST = 100_000.0
"""The largest coordinate that can be asked for, in arcsec; the Sun has a radius of some 960."""

_LARGEST_STORED = 10 * FARTHEST
"""Stored values are cut to this, so that no arithmetic with them overflows."""

_SMALLEST = 1e-6
"""What is smaller, in arcsec or degrees, counts as 0: PostgreSQL fails a whole query when a product underflows."""


@dataclass(frozen=True)
class Box:
    """A box in helioprojective coordinates, in arcsec."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True)
class Circle:
    """A circle in helioprojective coordinates, in arcsec."""

    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        """The box around the circle."""
        return Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle: its centre, half its sides, and its rotation in degrees as `Metadata.rotation`."""

    x: float
    y: float
    half_width: float
    half_height: float
    rotation: float = 0.0

    @classmethod
    def of_box(cls, box: Box) -> "Rectangle":
        """Return a box as a rectangle."""
        return cls(
            (box.x_min + box.x_max) / 2,
            (box.y_min + box.y_max) / 2,
            (box.x_max - box.x_min) / 2,
            (box.y_max - box.y_min) / 2,
        )

    @classmethod
    def of_cube(cls, metadata: Metadata) -> "Rectangle | None":
        """Return the field of view of a cube; None if its centre is unknown."""
        if metadata.pointing_x is None or metadata.pointing_y is None:
            return None
        x, y, width, height = (
            min(max(value or 0.0, -_LARGEST_STORED), _LARGEST_STORED)
            for value in (metadata.pointing_x, metadata.pointing_y, metadata.size_x, metadata.size_y)
        )
        return cls(x, y, max(width, 0.0) / 2, max(height, 0.0) / 2, metadata.rotation or 0.0)


def overlaps_box(box: Box, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a box; `prefix` leads to the metadata."""
    return overlaps_rectangle(Rectangle.of_box(box), prefix)


def overlaps_rectangle(rectangle: Rectangle, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a rectangle."""
    return _known(prefix) & Q(_OverlapsRectangle(rectangle, prefix))


def overlaps_circle(circle: Circle, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a circle."""
    return _known(prefix) & Q(_OverlapsCircle(circle, prefix))


def near_box(box: Box, prefix: str = "metadata__") -> Q:
    """Return a condition that holds if a field of view overlaps a box, and that PostgreSQL's index answers."""
    columns = (F(f"{prefix}{name}") for name in _COLUMNS)
    field = Func(*columns, function="datacubes_field_of_view", output_field=TextField())
    corners = Value(f"({box.x_min!r},{box.y_min!r}),({box.x_max!r},{box.y_max!r})", output_field=TextField())
    return Q(Func(field, corners, template="(%(expressions)s::box)", arg_joiner=" && ", output_field=BooleanField()))


_COLUMNS = ("pointing_x", "pointing_y", "size_x", "size_y")


def _known(prefix: str) -> Q:
    return Q(**{f"{prefix}pointing_x__isnull": False, f"{prefix}pointing_y__isnull": False})


class _Overlap(WrittenCondition):
    """A comparison of the stored field of view, written as text: expressions of this length take Django long."""

    def __init__(self, shape: Any, prefix: str, **extra: Any) -> None:
        super().__init__(*(F(f"{prefix}{name}") for name in (*_COLUMNS, "rotation")), shape=shape, **extra)

    def write(self, parts: Sequence[str], vendor: str) -> str:
        """Return the comparison. Its parts are columns, which hold no parameters."""
        least, greatest = ("LEAST", "GREATEST") if vendor == "postgresql" else ("MIN", "MAX")
        x, y, width, height, rotation = (
            f"(CASE WHEN ABS({column}) >= {_SMALLEST!r} "
            f"THEN {least}({greatest}({column}, {-_LARGEST_STORED!r}), {_LARGEST_STORED!r}) ELSE 0.0 END)"
            for column in parts
        )
        return self.comparison(_Stored(x, y, f"{width} / 2.0", f"{height} / 2.0", rotation), greatest)

    def comparison(self, stored: "_Stored", greatest: str) -> str:
        """Return the comparison of the field of view."""
        raise NotImplementedError


class _Stored(NamedTuple):
    """The stored field of view as SQL: its centre, half its sides, and its rotation in degrees."""

    x: str
    y: str
    half_width: str
    half_height: str
    rotation: str

    def seen_from(self, x: float, y: float, rotation: float) -> dict[str, str]:
        """Return parts of comparisons, in a frame with its origin at a place, turned by an angle in degrees.

        `dx` and `dy` lead from the origin to the centre; `along` and `upward` are the same way along the field's axes.
        """
        x, y, rotation = (value if abs(value) >= _SMALLEST else 0.0 for value in (x, y, rotation))
        cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
        east, north = f"({self.x} - {x!r})", f"({self.y} - {y!r})"
        dx, dy = f"({east} * {cos!r} + {north} * {sin!r})", f"({north} * {cos!r} - {east} * {sin!r})"
        turned = f"RADIANS({self.rotation} - {rotation!r})"
        return {
            "dx": dx,
            "dy": dy,
            "along": f"({dx} * COS({turned}) + {dy} * SIN({turned}))",
            "upward": f"({dy} * COS({turned}) - {dx} * SIN({turned}))",
            "cos": f"ABS(COS({turned}))",
            "sin": f"ABS(SIN({turned}))",
            "half_width": self.half_width,
            "half_height": self.half_height,
        }


class _OverlapsRectangle(_Overlap):
    def comparison(self, stored: _Stored, greatest: str) -> str:
        shape: Rectangle = self.extra["shape"]
        return (
            "(ABS({dx}) <= {half_width} * {cos} + {half_height} * {sin} + {width}"
            " AND ABS({dy}) <= {half_width} * {sin} + {half_height} * {cos} + {height}"
            " AND ABS({along}) <= {width} * {cos} + {height} * {sin} + {half_width}"
            " AND ABS({upward}) <= {width} * {sin} + {height} * {cos} + {half_height})"
        ).format(
            **stored.seen_from(shape.x, shape.y, shape.rotation),
            width=repr(shape.half_width),
            height=repr(shape.half_height),
        )


class _OverlapsCircle(_Overlap):
    def comparison(self, stored: _Stored, greatest: str) -> str:
        shape: Circle = self.extra["shape"]
        parts = stored.seen_from(shape.x, shape.y, 0.0)
        beside, above = (
            f"{greatest}(ABS({parts[way]}) - {parts[half]}, 0.0)"
            for way, half in (("along", "half_width"), ("upward", "half_height"))
        )
        return f"({beside} * {beside} + {above} * {above} <= {shape.radius**2!r})"
