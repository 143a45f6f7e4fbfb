"""A field of view, as any description of coordinates gives it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field of view by its centre and its sides, in arcsec of helioprojective longitude and latitude.

    Attributes
    ----------
    centre
        Longitude and latitude of the middle of the image.
    across, up
        How longitude and latitude change from edge to edge along the image's x and y axis; None if the header
        describes the centre alone.
    """

    centre: tuple[float, float]
    across: tuple[float, float] | None = None
    up: tuple[float, float] | None = None
