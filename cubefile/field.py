"""The field of view that each kind of coordinates yields."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """The centre and sides of a field of view, in arcsec of helioprojective longitude and latitude.

    Attributes
    ----------
    centre
        Longitude and latitude of the middle of the image.
    across, up
        The change of longitude and latitude from edge to edge, along the image's x axis and along its y axis; None if
        the header gives only the centre.
    """

    centre: tuple[float, float]
    across: tuple[float, float] | None = None
    up: tuple[float, float] | None = None
