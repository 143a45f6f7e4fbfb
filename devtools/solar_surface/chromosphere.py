"""The chromosphere: fibrils along the magnetic field, bright network and plage, filaments, waves around spots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devtools.solar_surface.projection import Projection
from devtools.solar_surface.spots import UMBRA, Spot
from devtools.solar_surface.textures import Array, Changing, FieldLines, noise, step_at

_WAVE_PERIOD = 200.0  # s
_FLOW = 300.0  # Seconds in which ripples along the fibrils move on by a wavelength.

Path = tuple[tuple[float, float], ...]
"""Corners of a curve, as fractions of the frame's width and height from the lower left."""


@dataclass(frozen=True)
class Chromosphere:
    """The chromosphere at one moment; maps of half the frame's rows and columns.

    Attributes
    ----------
    fibrils
        Mean 0, deviation about 1: bright and dark threads.
    plage
        0 on the quiet Sun, about 1 where bright.
    filament
        Opacity of filaments, 0 to 1.
    umbra
        1 over umbrae.
    waves
        Running waves in and around spots, -1 to 1.
    velocity
        Mean 0, deviation about 1; positive towards red.
    """

    fibrils: Array
    plage: Array
    filament: Array
    umbra: Array
    waves: Array
    velocity: Array


class ChromosphereModel:
    """The chromosphere over a frame.

    Parameters
    ----------
    projection : Projection
        How the frame lies on the Sun.
    spots : sequence of Spot
        Fibrils lead away from them, in a whirl.
    activity : float
        How much plage and network there is, 0 to 1.
    filaments : sequence of Path
        Threads of filaments run along these curves.
    rng : Generator
        What makes one region differ from another.
    """

    def __init__(
        self,
        projection: Projection,
        spots: Sequence[Spot],
        activity: float,
        filaments: Sequence[Path],
        rng: np.random.Generator,
    ):
        shape = projection.mu[::2, ::2].shape
        self._spots = [spot.offsets(shape, 2) for spot in spots]
        field, self.network = _field(projection, spots, self._spots, activity, rng)
        distance, along = _curves(shape, filaments)
        field *= np.exp(1j * 0.24 * noise(shape, 34, rng)).astype("c8")
        # Near a filament the field is sheared until it runs along it.
        near = np.exp(-((distance / np.float32(34)) ** 2))
        away = field / np.maximum(np.abs(field), np.float32(1e-6))
        away[(near > 0.02) & ((away * along.conj()).real < 0)] *= -1
        field = near * along * np.exp(np.float32(0.22) * 1j) + (1 - near) * away
        lines = FieldLines(field.astype("c8"), 26)
        self._lines = lines
        self._threads = Changing(shape, 1.5, 900, rng)
        self._bundles = Changing(shape, 3.6, 900, rng)
        self._blobs = Changing(shape, 3.0, 260, rng)
        self._patches = 0.75 + 0.25 * noise(shape, 26, rng)
        # The body of a filament is made of threads, and gathers and thins out along its way.
        self._body = distance - 3 * lines.smear(noise(shape, 5, rng)) + 4 * noise(shape, 34, rng)

    def at(self, seconds: float) -> Chromosphere:
        """Return the chromosphere at a time."""
        phase = seconds / _FLOW
        fine = self._lines.smear(self._threads.at(seconds), phase)
        broad = self._lines.smear(self._bundles.at(seconds), phase / 3)
        threads = np.float32(0.7) * fine + np.float32(0.6) * broad
        blobs = self._blobs.at(seconds)
        body = np.exp(-((np.maximum(self._body - 1.0 * fine, 0) / np.float32(12)) ** 4))
        umbra, waves = np.zeros_like(fine), np.zeros_like(fine)
        calm = np.ones_like(fine)
        for offsets in self._spots:
            distance = np.abs(offsets)
            umbra = np.maximum(umbra, 1 - step_at(UMBRA * 1.1, 0.10, distance + 0.03 * broad))
            train = np.cos(2 * np.pi * (distance / 0.33 - seconds / _WAVE_PERIOD) + 0.5 * blobs)
            waves += train * np.exp(-(((distance - 0.55) / 0.4) ** 2))
            calm *= step_at(UMBRA * 1.1, 0.15, distance)
        return Chromosphere(
            fibrils=(threads * self._patches * (0.25 + 0.75 * calm)).astype("f4"),
            plage=(self.network * (0.85 + 0.30 * blobs + 0.22 * fine) * calm).clip(0, 1.3).astype("f4"),
            filament=(body * (0.78 + 0.14 * fine)).clip(0, 1).astype("f4"),
            umbra=umbra.astype("f4"),
            waves=waves.astype("f4"),
            velocity=(0.7 * broad + 0.5 * blobs + 0.5 * waves).astype("f4"),
        )


class Spicules:
    """Needles of gas that stand on the limb, and slant.

    Parameters
    ----------
    upward : ndarray
        The direction away from the centre of the disk, complex64.
    rng : Generator
        What makes one limb differ from another.
    """

    def __init__(self, upward: Array, rng: np.random.Generator):
        slant = np.exp(1j * (0.14 * noise(upward.shape, 44, rng) + 0.2)).astype("c8")
        self._lines = FieldLines(upward * slant, 22)
        self._needles = Changing(upward.shape, 1.6, 400, rng)

    def at(self, seconds: float) -> Array:
        """Return their brightness at a time: mean 0, deviation 1."""
        return self._lines.smear(self._needles.at(seconds), -seconds / 240)


def _field(
    projection: Projection, spots: Sequence[Spot], offsets: Sequence[Array], activity: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """The horizontal field of spots and of scattered patches, and how bright the network of these patches is."""
    y, x = (part[::2, ::2].astype("f4") / 2 for part in projection.surface)
    shape = y.shape
    field = np.full(shape, 0.004 * np.exp(2j * np.pi * rng.random()), "c8")
    network = np.zeros(shape, "f4")
    for spot, away in zip(spots, offsets, strict=True):
        strength = np.float32(spot.radius / 18)
        whirl = np.exp(1j * 0.35 * np.abs(away)).astype("c8")
        field += strength * away * whirl / (np.abs(away) ** 2 + np.float32(0.15)) / np.float32(spot.radius / 2)
    # Near the limb, a frame shows more of the surface.
    crowd = np.ptp(x) * np.ptp(y) / (shape[0] * shape[1])
    for _ in range(round((14 + 26 * activity) * min(crowd, 4))):
        if spots and rng.random() < 0.75:  # Plage follows the spot at some distance.
            spot = spots[int(rng.integers(len(spots)))]
            angle, distance = rng.normal(-0.4, 0.9), rng.uniform(1.25, 2.4) * spot.radius / 2
            centre = (spot.x * shape[1] + distance * np.cos(angle), spot.y * shape[0] + distance * np.sin(angle))
        else:
            centre = (rng.uniform(x.min(), x.max()), rng.uniform(y.min(), y.max()))
        sign = -1 if rng.random() < 0.7 else 1
        size = rng.uniform(8, 15 + 16 * activity)
        away = (x - np.float32(centre[0])) + 1j * (y - np.float32(centre[1]))
        squared = away.real**2 + away.imag**2
        field += np.float32(sign * 0.32 * size / 14) * away / (squared + np.float32(60))
        network += np.float32(0.5 + 0.6 * activity) * np.exp(-squared / np.float32(size * size))
    grain = step_at(-0.3, 0.9, noise(shape, 7, rng) + 0.5 * noise(shape, 3, rng))
    return projection.foreshortened(field), (np.clip(network, 0, 1.3) * grain).astype("f4")


def _curves(shape: tuple[int, int], paths: Sequence[Path]) -> tuple[Array, Array]:
    """Distance of each pixel from the nearest curve, and the direction of the curve there."""
    ny, nx = shape
    x, y = np.arange(nx, dtype="f4")[None, :], np.arange(ny, dtype="f4")[:, None]
    nearest, along = np.full(shape, 1e4, "f4"), np.ones(shape, "c8")
    for path in paths:
        corners = np.array(path) * (nx, ny)
        places = np.linspace(0, len(corners) - 1, 60)
        # Between the corners, a smooth curve: a moving mean of the straight lines.
        curve = np.column_stack([np.interp(places, np.arange(len(corners)), values) for values in corners.T])
        padded = np.concatenate([curve[:1].repeat(7, 0), curve, curve[-1:].repeat(7, 0)])
        curve = np.column_stack([np.convolve(values, np.full(15, 1 / 15), "valid") for values in padded.T])
        for (px, py), (dx, dy) in zip(curve, np.gradient(curve, axis=0), strict=True):
            distance = np.hypot(x - np.float32(px), y - np.float32(py))
            closer = distance < nearest
            nearest[closer] = distance[closer]
            along[closer] = (dx + 1j * dy) / max(np.hypot(dx, dy), 1e-6)
    return nearest, along
