"""A region of the Sun and its state at a time, from the photosphere to the chromosphere."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devtools.solar_surface.chromosphere import Chromosphere, ChromosphereModel, Path, Spicules
from devtools.solar_surface.granules import Granulation, Granules
from devtools.solar_surface.projection import Projection
from devtools.solar_surface.spots import Spot, SpotLight, SpotModel, together
from devtools.solar_surface.textures import Array, enlarged, looked_up


@dataclass(frozen=True)
class Scene:
    """What is in a field of view.

    Attributes
    ----------
    shape
        Rows and columns of a frame, even numbers.
    seed
        The same seed gives the same Sun.
    pointing
        Helioprojective longitude and latitude of the centre, arcsec.
    pixel
        Size of a pixel, arcsec.
    spots, activity, filaments
        As for `ChromosphereModel`.
    """

    shape: tuple[int, int]
    seed: int
    pointing: tuple[float, float] = (0.0, 0.0)
    pixel: float = 0.058
    spots: tuple[Spot, ...] = ()
    activity: float = 0.3
    filaments: tuple[Path, ...] = ()


class SolarSurface:
    """A region of the Sun as it changes."""

    def __init__(self, scene: Scene):
        rng = np.random.default_rng(scene.seed)
        self.scene = scene
        self.projection = Projection(scene.shape, scene.pointing, scene.pixel)
        self.granules = Granules(scene.shape, rng)
        self.spots = [SpotModel(spot, scene.shape, rng) for spot in scene.spots]
        self.chromosphere = ChromosphereModel(self.projection, scene.spots, scene.activity, scene.filaments, rng)
        self.network = enlarged(self.chromosphere.network, scene.shape)
        self.spicules = None if self.projection.is_flat else Spicules(self.projection.upward[::2, ::2], rng)

    def at(self, seconds: float) -> "Moment":
        """Return the region at a time."""
        return Moment(self, seconds)


class Moment:
    """The state of a region at a time: float32 maps of the frame, each made when it is first asked for."""

    def __init__(self, surface: SolarSurface, seconds: float):
        self._surface, self._seconds = surface, seconds
        self.shape, self.projection = surface.scene.shape, surface.projection

    @cached_property
    def granulation(self) -> Array:
        """Brightness of the quiet Sun: mean 0, deviation about 1."""
        return self._as_seen(self._tile.brightness)

    @cached_property
    def points(self) -> Array:
        """1 in magnetic bright points, which lie in the lanes of the network."""
        return np.clip(self._surface.network * self._as_seen(self._tile.lanes) * (1 - self.spots.cover), 0, 1)

    @cached_property
    def spots(self) -> SpotLight:
        """All spots together."""
        return together([model.at(self._seconds) for model in self._surface.spots], self.shape)

    @cached_property
    def chromosphere(self) -> Chromosphere:
        """The chromosphere, whose maps are half as large."""
        return self._surface.chromosphere.at(self._seconds)

    @cached_property
    def spicules(self) -> Array | None:
        """Needles away from the Sun: mean 0, deviation 1; None far from the limb."""
        model = self._surface.spicules
        return None if model is None else enlarged(model.at(self._seconds), self.shape)

    @cached_property
    def magnetic_field(self) -> tuple[Array, Array]:
        """The vertical field, and the horizontal one as complex numbers; about 1 in a spot."""
        # Bright points carry strong fields; their sign is not that of the spots.
        vertical, horizontal = np.float32(-0.9) * self.points, np.zeros(self.shape, "c8")
        for spot in self._surface.scene.spots:
            away = spot.offsets(self.shape)
            distance = np.abs(away)
            vertical += self.spots.cover * np.exp(-1.6 * distance**2)
            horizontal += away * np.exp(-(distance**2))
        return vertical, horizontal

    @cached_property
    def _tile(self) -> Granulation:
        return self._surface.granules.at(self._seconds)

    def _as_seen(self, tile: Array) -> Array:
        """Cut the frame from a tile of the granulation, foreshortened as it is there."""
        ny, nx = self.shape
        return tile[:ny, :nx] if self.projection.is_flat else looked_up(tile, *self.projection.surface)
