"""Granulation: bright cells of hot gas that rises, in a net of dark lanes where it sinks.

The cells are those of a power diagram (Voronoi cells with weights) of points on a jittered grid. The points drift and
the weights swing, so that granules grow, push each other aside, and dissolve within some ten minutes.
"""

from dataclasses import dataclass

import numpy as np

from devtools.solar_surface.textures import Array, Changing, enlarged

SIZE = 40
"""Pixels from one granule to the next: 1.7 Mm at 0.058 arcsec a pixel."""

_HALF = SIZE // 2
_LIFETIME = 480.0  # s


@dataclass(frozen=True)
class Granulation:
    """The granulation at one moment; maps of the whole tile.

    Attributes
    ----------
    brightness
        Mean 0; about -2 in lanes and 1 in granules.
    lanes
        1 in the middle of a lane, 0 in granules.
    """

    brightness: Array
    lanes: Array


class Granules:
    """A tile of granulation that continues across its edges.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns that the tile has at least.
    rng : Generator
        What makes one tile differ from another.
    """

    def __init__(self, shape: tuple[int, int], rng: np.random.Generator):
        self._cells = (-(-shape[0] // SIZE), -(-shape[1] // SIZE))
        self.shape = (self._cells[0] * SIZE, self._cells[1] * SIZE)
        self._half = (self.shape[0] // 2, self.shape[1] // 2)

        def draw(low: float, high: float) -> Array:
            return rng.uniform(low, high, self._cells).astype("f4")

        self._y, self._x = draw(0.06, 0.94), draw(0.06, 0.94)
        self._period, self._phase, self._heading = draw(0.8, 1.6), draw(0, 2 * np.pi), draw(0, 2 * np.pi)
        self._swing, self._light = draw(0.02, 0.2), draw(-1, 1)
        self._bend = [Changing(self._half, 9, _LIFETIME, rng) for _ in range(2)]
        self._crinkle = [Changing(self._half, 3.6, _LIFETIME / 3, rng) for _ in range(2)]
        self._mottling = Changing(self._half, 5, _LIFETIME / 2, rng)
        self._wide = Changing(self._half, 60, 3 * _LIFETIME, rng)

    def at(self, seconds: float) -> Granulation:
        """Return the granulation at a time."""
        nearest, second, light = self._two_nearest(seconds)
        # Distance from the lane's middle, in cells.
        depth = (second - nearest) / 1.9
        lanes = np.exp(-((depth / np.float32(0.08)) ** 2))
        dome = 1 - np.exp(-((depth / np.float32(0.10)) ** 1.6))
        rim = np.exp(-(((depth - np.float32(0.22)) / np.float32(0.12)) ** 2))
        brightness = 2.0 * dome - 0.45 * lanes + (0.25 * rim + 0.38 * light) * dome
        brightness += (0.30 * dome + 0.10) * self._mottling.at(seconds) + 0.10 * self._wide.at(seconds)
        brightness -= brightness.mean()
        return Granulation(enlarged(brightness.astype("f4"), self.shape), enlarged(lanes, self.shape))

    def _two_nearest(self, seconds: float) -> tuple[Array, Array, Array]:
        """The least and the second least distance (squared, less the weight) of each pixel, and the cell's light."""
        ny, nx = self._cells
        turn = np.float32(2 * np.pi * seconds / _LIFETIME) / self._period + self._phase
        drift = np.float32(0.10) * np.sin(turn * np.float32(0.5))
        centre_y = self._y + drift * np.sin(self._heading)
        centre_x = self._x + drift * np.cos(self._heading)
        weight = self._swing * np.cos(turn)
        y, x = (
            (np.float32(0.10) * bend.at(seconds) + np.float32(0.022) * crinkle.at(seconds)).reshape(
                ny, _HALF, nx, _HALF
            )
            for bend, crinkle in zip(self._bend, self._crinkle, strict=True)
        )
        grid = ((np.arange(_HALF) + 0.5) / _HALF).astype("f4")
        y = y + grid[:, None, None]
        x = x + grid
        nearest = np.full(y.shape, 99, "f4")
        second, light = nearest.copy(), np.zeros_like(nearest)
        for down in (-2, -1, 0, 1, 2):
            for right in (-2, -1, 0, 1, 2):
                # Of each cell, the values of the cell that is so far below and to the right.
                other_y, other_x, other_weight, other_light = (
                    np.roll(values, (-down, -right), (0, 1))[:, None, :, None]
                    for values in (centre_y, centre_x, weight, self._light)
                )
                distance = (y - (other_y + np.float32(down))) ** 2
                distance += (x - (other_x + np.float32(right))) ** 2
                distance -= other_weight
                closer = distance < nearest
                np.copyto(light, other_light, where=closer)
                np.minimum(second, np.maximum(nearest, distance), out=second)
                np.minimum(nearest, distance, out=nearest)
        return nearest.reshape(self._half), second.reshape(self._half), light.reshape(self._half)
