"""How a field of view lies on the Sun: what is nearer to the limb is foreshortened, darker, or beside the Sun."""

from functools import cached_property

import numpy as np

from devtools.solar_surface.textures import Array

SOLAR_RADIUS = 955.2
"""arcsec; RSUN_OBS of the sample cubes."""

_NOT_FORESHORTENED = 0.75
"""Of the solar radius; nearer to the centre of the disk the surface is drawn as it is."""


class Projection:
    """A field of view, north up.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    pointing : tuple of float
        Helioprojective longitude and latitude of the centre, arcsec.
    pixel : float
        Size of a pixel, arcsec.
    """

    def __init__(self, shape: tuple[int, int], pointing: tuple[float, float], pixel: float):
        ny, nx = shape
        self._centre, self._pixel = complex(*pointing), pixel
        x = pointing[0] + (np.arange(nx) - (nx - 1) / 2) * pixel
        y = pointing[1] + (np.arange(ny) - (ny - 1) / 2) * pixel
        self._places = x[None, :] + 1j * y[:, None]
        self._distance = np.abs(self._places)
        self.is_flat = abs(self._centre) < _NOT_FORESHORTENED * SOLAR_RADIUS

    @cached_property
    def mu(self) -> Array:
        """Cosine of the heliocentric angle of each pixel; 0 beside the Sun."""
        return np.sqrt(np.clip(1 - (self._distance / SOLAR_RADIUS) ** 2, 0, 1)).astype("f4")

    @cached_property
    def height(self) -> Array:
        """Height of each pixel above the limb, in pixels; 0 on the disk."""
        return (np.clip(self._distance - SOLAR_RADIUS, 0, None) / self._pixel).astype("f4")

    @cached_property
    def upward(self) -> Array:
        """The direction away from the centre of the disk, complex64."""
        return (self._places / np.maximum(self._distance, 1e-6)).astype("c8")

    @cached_property
    def surface(self) -> tuple[Array, Array]:
        """Row and column of the surface, seen from above, that each pixel shows."""
        ny, nx = self._distance.shape
        if self.is_flat:
            row, column = np.mgrid[:ny, :nx]
            return row, column
        turn = self._centre / abs(self._centre)
        away = SOLAR_RADIUS * np.arcsin(np.clip(self._distance / SOLAR_RADIUS, 0, 1))
        away -= SOLAR_RADIUS * np.arcsin(min(abs(self._centre) / SOLAR_RADIUS, 1))
        along = np.angle(self._places / turn) * self._distance
        place = (away + 1j * along) * turn / self._pixel
        return place.imag + (ny - 1) / 2, place.real + (nx - 1) / 2

    def foreshortened(self, field: Array) -> Array:
        """Return directions along the surface as they are seen; maps of half the frame's rows and columns."""
        if self.is_flat:
            return field
        upward = self.upward[::2, ::2]
        turned = field * upward.conj()
        turned.real *= self.mu[::2, ::2]
        return turned * upward
