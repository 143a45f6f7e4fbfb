"""Spectral lines: how a region looks at a wavelength.

A frame is the photosphere seen through the chromosphere. The photosphere has a broad line; in the line's core the
chromosphere, which moves and thus shifts its own narrow line, covers it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devtools.solar_surface.scene import Moment
from devtools.solar_surface.textures import Array, enlarged, step_at


@dataclass(frozen=True)
class Line:
    """A line and what is seen in it.

    Attributes
    ----------
    filter_name, waveband, instrument
        FILTER1, WAVEBAND and INSTRUME of its cubes.
    centre, shortest, longest
        nm: of the line, and of the prefilter.
    granulation
        Contrast of the granulation beside the line.
    depth, width
        Of the line in the photosphere; width in nm.
    core_depth, core_width
        Of the chromosphere's line; no depth, no chromosphere.
    fibrils, plage, filament, umbra
        How strongly, in powers of e, these brighten or darken the core.
    shift
        nm, by which the chromosphere's velocities shift its line.
    """

    filter_name: str
    waveband: str
    instrument: str
    centre: float
    shortest: float
    longest: float
    granulation: float
    depth: float
    width: float
    core_depth: float = 0.0
    core_width: float = 1.0
    fibrils: float = 0.0
    plage: float = 0.0
    filament: float = 0.0
    umbra: float = 0.0
    shift: float = 0.0


IRON = Line("6173", "Fe I 6173", "CRISP", 617.334, 617.155, 617.605, granulation=0.105, depth=0.60, width=0.0062)
CALCIUM_INFRARED = Line(
    *("8542", "Ca II 8542", "CRISP"),
    *(854.209, 853.70, 854.70),
    granulation=0.075,
    depth=0.50,
    width=0.060,
    core_depth=0.80,
    core_width=0.024,
    fibrils=0.26,
    plage=0.55,
    filament=0.40,
    umbra=0.55,
    shift=0.004,
)
HYDROGEN_ALPHA = Line(
    *("6563", "H-alpha 6563", "CRISP"),
    *(656.280, 656.03, 656.53),
    granulation=0.09,
    depth=0.30,
    width=0.130,
    core_depth=0.80,
    core_width=0.052,
    fibrils=0.25,
    plage=0.40,
    filament=1.05,
    umbra=0.45,
    shift=0.013,
)
CALCIUM_K = Line(
    *("3950", "Ca II H & K", "CHROMIS"),
    *(393.366, 391.8, 397.5),
    granulation=0.10,
    depth=0.72,
    width=0.110,
    core_depth=0.78,
    core_width=0.017,
    fibrils=0.32,
    plage=0.80,
    filament=0.50,
    umbra=0.50,
    shift=0.003,
)

_VELOCITY = 0.9e-6  # Of granules, in that of light: 0.3 km/s.
_SPICULE_HEIGHT = 62.0  # Pixels in which the light of spicules falls by e.


class View:
    """A moment of a region as it is seen in a line.

    Frames are float32, of shape (ny, nx), relative to the mean quiet Sun at disk centre beside the line. Wavelengths
    are in nm.
    """

    def __init__(self, moment: Moment, line: Line):
        self._moment, self._line = moment, line

    def intensity(self, wavelength: float) -> Array:
        """Return a frame of Stokes I."""
        offset = np.float32(wavelength - self._line.centre)
        frame = self._photosphere(offset)
        if self._line.core_depth:
            frame += self._covered(offset) * (self._core - frame)
        if not self._moment.projection.is_flat:
            self._darken_the_limb(frame, offset)
        return frame

    def polarised(self, wavelength: float) -> tuple[Array, Array, Array]:
        """Return frames of Stokes Q, U and V (weak-field approximation; Landi Degl'Innocenti 1992)."""
        vertical, horizontal = self._moment.magnetic_field
        x = np.float32((wavelength - self._line.centre) / self._line.width)
        core = np.exp(-x * x)
        light = self._continuum * core
        strength = np.maximum(np.abs(horizontal), np.float32(1e-6))
        linear = light * horizontal * horizontal / strength * np.float32(0.05 * (1 - 2 * x * x))
        return linear.real.copy(), linear.imag.copy(), light * vertical * np.float32(0.35 * x)

    @cached_property
    def _continuum(self) -> Array:
        moment, contrast = self._moment, np.float32(self._line.granulation)
        quiet = 1 + contrast * (moment.granulation + np.float32(2.6) * moment.points)
        return quiet + moment.spots.cover * (moment.spots.brightness - quiet)

    def _photosphere(self, offset: np.float32) -> Array:
        line, moment = self._line, self._moment
        # Granules rise, towards blue; the lanes between them sink. Strong fields weaken the line.
        velocity = np.float32(-_VELOCITY * line.centre) * moment.granulation * (1 - moment.spots.cover)
        x = (offset - velocity) / np.float32(line.width)
        weak = np.float32(0.30) * moment.points + np.float32(0.35) * moment.spots.umbra
        return self._continuum * (1 - np.float32(line.depth) * (1 - weak) * np.exp(-x * x))

    def _covered(self, offset: np.float32) -> Array:
        """How much of the photosphere the chromosphere covers."""
        line, parts = self._line, self._moment.chromosphere
        x = (offset - np.float32(line.shift) * parts.velocity) / np.float32(line.core_width)
        return enlarged(np.clip(np.exp(-x * x) * (1 + np.float32(0.10) * parts.fibrils), 0, 1), self._moment.shape)

    @cached_property
    def _core(self) -> Array:
        """The light of the chromosphere."""
        line, parts = self._line, self._moment.chromosphere
        powers = (
            np.float32(line.fibrils) * parts.fibrils
            + np.float32(line.plage) * parts.plage * (1 - parts.filament)
            - np.float32(line.filament) * parts.filament
            - np.float32(line.umbra) * parts.umbra
            + np.float32(0.10) * parts.waves
        )
        return enlarged(np.float32(1 - line.core_depth) * np.exp(powers), self._moment.shape)

    def _darken_the_limb(self, frame: Array, offset: np.float32) -> None:
        line, spicules = self._line, self._moment.spicules
        mu, height = self._moment.projection.mu, self._moment.projection.height
        # Contrast is lost where many structures are behind each other.
        level = np.float32(np.median(frame))
        frame -= level
        frame *= step_at(0.14, 0.14, mu)
        frame += level
        beside_the_sun = step_at(1.0, 1.0, height)
        frame *= (1 - np.float32(0.62) * (1 - mu)) * (1 - beside_the_sun)
        if line.core_depth and spicules is not None:
            near = np.exp(-((offset / np.float32(1.6 * line.core_width)) ** 2))
            needles = np.float32(0.30) * np.clip(spicules, -2, 3)
            frame *= 1 + near * needles * step_at(-0.22, 0.2, -mu)
            reach = np.float32(_SPICULE_HEIGHT) * (0.3 + 0.7 * near) * (1 + needles)
            light = np.exp(-height / reach) * (1 + needles) * beside_the_sun
            frame += np.float32(0.55 * (1 - line.core_depth)) * near * light
