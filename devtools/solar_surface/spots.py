"""Sunspots: an umbra with dots, and a penumbra of bright filaments that leads out of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devtools.solar_surface.textures import Array, Changing, FieldLines, enlarged, noise, step_at

UMBRA = 0.43
"""Radius of the umbra in that of the spot."""

_OUTFLOW = 700.0  # Seconds in which ripples along the filaments move on by a wavelength.


@dataclass(frozen=True)
class Spot:
    """Where a spot is: its centre as fractions of the frame's width and height from the lower left, its radius.

    Attributes
    ----------
    radius
        Pixels, to the outer edge of the penumbra.
    has_penumbra
        Without it, the spot is a pore.
    """

    x: float
    y: float
    radius: float
    has_penumbra: bool = True

    def offsets(self, shape: tuple[int, int], scale: int = 1) -> Array:
        """Return the way from the centre to each pixel of a map, complex64, in radii.

        `scale` is the size of a pixel of the map in those of the frame.
        """
        ny, nx = shape
        x = ((np.arange(nx) + 0.5) * scale - self.x * nx * scale) / self.radius
        y = ((np.arange(ny) + 0.5) * scale - self.y * ny * scale) / self.radius
        return (x[None, :] + 1j * y[:, None]).astype("c8")


@dataclass(frozen=True)
class SpotLight:
    """Spots at one moment; maps of the frame.

    Attributes
    ----------
    brightness
        Relative to the quiet Sun, where `cover` is 1.
    cover
        1 in the spot, 0 on the quiet Sun.
    umbra
        1 in the umbra.
    """

    brightness: Array
    cover: Array
    umbra: Array


class SpotModel:
    """One spot in a frame."""

    def __init__(self, spot: Spot, shape: tuple[int, int], rng: np.random.Generator):
        self._shape, self._pore = shape, not spot.has_penumbra
        self._window = _window(spot, shape)
        offsets = spot.offsets((shape[0] // 2, shape[1] // 2), 2)[self._window]
        size = offsets.shape
        azimuth = np.angle(offsets)
        phases = rng.uniform(0, 2 * np.pi, 4)
        ragged = 1 + sum(0.17 / n * np.cos(n * azimuth + phase) for n, phase in enumerate(phases, start=2))
        self._distance = (np.abs(offsets) * ragged + 0.035 * noise(size, 24, rng)).astype("f4")
        # Filaments sway a little about the direction away from the centre.
        sway = np.exp(1j * (0.11 * noise(size, 18, rng) + 0.15 * np.sin(3 * azimuth + phases[0])))
        self._filaments = FieldLines(offsets * sway.astype("c8"), 18)
        self._grains = Changing(size, 1.7, 2400, rng)
        self._streaks = Changing(size, 3.2, 2400, rng)
        self._dots = Changing(size, 4.5, 500, rng)

    def at(self, seconds: float) -> SpotLight:
        """Return the spot at a time."""
        phase = -seconds / _OUTFLOW
        fine = self._filaments.smear(self._grains.at(seconds), phase)
        coarse = self._filaments.smear(self._streaks.at(seconds), phase / 2)
        fingers = np.float32(0.75) * fine + np.float32(0.55) * coarse
        if self._pore:
            cover = 1 - step_at(1.0, 0.12, self._distance + 0.05 * coarse)
            umbra = cover
        else:
            # Filaments reach inward over the umbra and outward between the granules.
            cover = 1 - step_at(1.0, 0.035, self._distance - 0.045 * fingers)
            umbra = 1 - step_at(UMBRA, 0.035, self._distance + 0.04 * fingers)
        outward = np.clip((self._distance - UMBRA) / (1 - UMBRA), 0, 1)
        dots = np.clip(self._dots.at(seconds) - 1.0, 0, 2)
        dark = 0.13 + 0.09 * np.clip(self._distance / UMBRA, 0, 1) ** 2 + 0.10 * dots
        bright = 0.66 + 0.13 * outward + (0.17 - 0.04 * outward) * np.clip(fingers, -2.2, 2.6)
        brightness = umbra * dark + (1 - umbra) * bright
        return SpotLight(*map(self._in_the_frame, (brightness, cover, umbra)))

    def _in_the_frame(self, values: Array) -> Array:
        frame = np.zeros(self._shape, "f4")
        rows, columns = (slice(2 * part.start, 2 * part.stop) for part in self._window)
        part = frame[rows, columns]
        part[...] = enlarged(values.astype("f4"), part.shape)
        return frame


def together(spots: Sequence[SpotLight], shape: tuple[int, int]) -> SpotLight:
    """Put spots that do not overlap into one frame."""
    brightness, cover, umbra = (np.zeros(shape, "f4") for _ in range(3))
    for spot in spots:
        brightness += spot.brightness * spot.cover
        cover += spot.cover
        umbra += spot.umbra
    brightness /= np.maximum(cover, np.float32(1e-3))
    return SpotLight(brightness, np.clip(cover, 0, 1), np.clip(umbra, 0, 1))


def _window(spot: Spot, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns, of a map half as large as the frame, that hold a spot with all its filaments."""
    reach = 0.75 * spot.radius
    sides = ((spot.y, shape[0] // 2), (spot.x, shape[1] // 2))
    rows, columns = (slice(max(0, int(p * n - reach)), min(n, int(p * n + reach))) for p, n in sides)
    return rows, columns
