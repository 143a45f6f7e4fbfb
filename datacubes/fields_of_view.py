"""Which fields of view overlap a box, a circle or another field of view, as conditions for the database.

A field of view is a rectangle in helioprojective longitude and latitude (arcsec), turned by `Metadata.rotation`. Two
rectangles overlap unless an axis of one of them separates their shadows on it (the separating axis theorem). A field of
view whose size is unknown is a point; one whose centre is unknown overlaps nothing.
"""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import Abs, Coalesce, Cos, Greatest, Least, Radians, Sin
from django.db.models.lookups import LessThanOrEqual

from datacubes.models import Metadata

FARTHEST = 100_000.0
"""The largest coordinate that can be asked for, in arcsec; the Sun has a radius of some 960."""

_LARGEST_STORED = 10 * FARTHEST
"""Stored values are cut to this, so that no arithmetic with them overflows."""


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
        centre = [
            min(max(value, -_LARGEST_STORED), _LARGEST_STORED) for value in (metadata.pointing_x, metadata.pointing_y)
        ]
        sides = [min(max(value or 0.0, 0.0), _LARGEST_STORED) for value in (metadata.size_x, metadata.size_y)]
        return cls(*centre, sides[0] / 2, sides[1] / 2, metadata.rotation or 0.0)


def overlaps_box(box: Box, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a box; `prefix` leads to the metadata."""
    return overlaps_rectangle(Rectangle.of_box(box), prefix)


def overlaps_rectangle(rectangle: Rectangle, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a rectangle."""
    stored = _Stored(rectangle.x, rectangle.y, rectangle.rotation, prefix)
    width, height = rectangle.half_width, rectangle.half_height
    cos, sin = Abs(stored.cos), Abs(stored.sin)
    return stored.is_known & _all_at_most(
        (Abs(stored.dx), stored.half_width * cos + stored.half_height * sin + width),
        (Abs(stored.dy), stored.half_width * sin + stored.half_height * cos + height),
        (Abs(stored.along), cos * width + sin * height + stored.half_width),
        (Abs(stored.upward), sin * width + cos * height + stored.half_height),
    )


def overlaps_circle(circle: Circle, prefix: str = "metadata__") -> Q:
    """Return the condition that a field of view overlaps a circle."""
    stored = _Stored(circle.x, circle.y, 0.0, prefix)
    beside = Greatest(Abs(stored.along) - stored.half_width, 0.0)
    above = Greatest(Abs(stored.upward) - stored.half_height, 0.0)
    squared = beside * beside + above * above
    return stored.is_known & _all_at_most((squared, Value(circle.radius**2, output_field=FloatField())))


class _Stored:
    """A stored field of view as expressions, in a frame with its origin at a place, turned by an angle in degrees.

    `dx` and `dy` lead from the origin to the centre; `along` and `upward` are the same way along the field's own axes.
    """

    def __init__(self, x: float, y: float, rotation: float, prefix: str) -> None:
        self.is_known = Q(**{f"{prefix}pointing_x__isnull": False, f"{prefix}pointing_y__isnull": False})
        angle = math.radians(rotation)
        east, north = _cut(f"{prefix}pointing_x") - x, _cut(f"{prefix}pointing_y") - y
        self.dx: Any = east * math.cos(angle) + north * math.sin(angle)
        self.dy: Any = north * math.cos(angle) - east * math.sin(angle)
        self.half_width: Any = _cut(f"{prefix}size_x") / 2.0
        self.half_height: Any = _cut(f"{prefix}size_y") / 2.0
        turned = Radians(Coalesce(F(f"{prefix}rotation"), 0.0) - rotation)
        self.cos, self.sin = Cos(turned), Sin(turned)
        self.along = self.dx * self.cos + self.dy * self.sin
        self.upward = self.dy * self.cos - self.dx * self.sin


def _cut(column: str) -> Any:
    return Least(Greatest(Coalesce(F(column), 0.0), -_LARGEST_STORED), _LARGEST_STORED)


def _all_at_most(*pairs: tuple[Any, Any]) -> Q:
    return Q(*(LessThanOrEqual(value, limit) for value, limit in pairs))
