"""A synthetic patch of the Sun as a narrow-band polarimeter sees it: granules, a sunspot, a spectral line.

Nothing here knows of FITS. Arrays have the axis order of the cubes (scan, Stokes, wavelength, y, x); y grows
upwards, so the spot, which is in the upper left of the Sun, is at a small x and a large y.
"""

import numpy as np

CONTINUUM = 3.6e-8
"""Intensity of the quiet Sun beside the line, in W m^-2 Hz^-1 sr^-1."""

LINE_CENTRE = 617.334
"""Wavelength of the line's core (Fe I), in nm."""

LINE_WIDTH = 0.010
"""Gaussian width of the line, in nm."""

SPOT_CENTRE = (0.3, 0.7)
"""Where the spot is, as fractions of the frame's width and height from the lower left."""

_SPOT_RADIUS = 0.22
_NOISE = 5e-4


def stokes_cube(shape: tuple[int, int, int, int, int], wavelengths: np.ndarray, seed: int) -> np.ndarray:
    """Observe the patch.

    Parameters
    ----------
    shape : tuple of int
        Scans, Stokes components (the first so many of I, Q, U, V), wavelengths, rows, columns.
    wavelengths : ndarray
        In nm, shape (nwave,).
    seed : int
        The same seed gives the same Sun.

    Returns
    -------
    ndarray
        float32, of the given shape, in W m^-2 Hz^-1 sr^-1. Q, U and V lie around zero; V is antisymmetric
        around the line's core and strongest in the spot.
    """
    nscan, nstokes, _, ny, nx = shape
    rng = np.random.default_rng(seed)
    early, late = _waves(ny, nx, rng), _waves(ny, nx, rng)
    spot = _Spot(ny, nx, rng)
    offsets = ((wavelengths - LINE_CENTRE) / LINE_WIDTH).astype("f4")[:, None, None]
    cube = np.empty(shape, dtype="f4")
    for scan in range(nscan):
        # Granules live for minutes: from one scan to the next the pattern turns slowly into another.
        cells = _cells(np.cos(0.2 * scan) * early + np.sin(0.2 * scan) * late)
        continuum = spot.shade(1 + 0.07 * cells)
        # Granules rise (towards blue), the lanes between them sink.
        x = offsets + 0.15 * cells * spot.quiet
        core = np.exp(-(x**2) / 2)
        line = 0.65 - 0.2 * spot.umbra
        signals = (
            continuum * (1 - line * core),
            continuum * 0.06 * spot.horizontal * np.cos(2 * spot.azimuth) * (1 - x**2) * core,
            continuum * 0.06 * spot.horizontal * np.sin(2 * spot.azimuth) * (1 - x**2) * core,
            continuum * 0.30 * spot.vertical * x * core,
        )
        for component in range(nstokes):
            cube[scan, component] = signals[component]
    cube += _NOISE * rng.standard_normal(shape, dtype="f4")
    cube *= np.float32(CONTINUUM)
    return cube


def fried_parameter(times: np.ndarray, seed: int) -> np.ndarray:
    """Make up a series of the seeing: about 0.1 m, restless, with gusts that spoil it for some seconds.

    Returns
    -------
    ndarray
        float32, shape (len(times), 2), in metres: low altitudes only; low and high altitudes together, which
        is always the worse of the two.
    """
    rng = np.random.default_rng([seed, len(times)])
    memory = np.exp(-np.arange(30) / 8.0)
    restless = np.convolve(rng.standard_normal(len(times) + 29), memory / np.sqrt((memory**2).sum()), "valid")
    gusts = rng.uniform(times[0], times[-1], size=1 + len(times) // 60)
    lengths = rng.uniform(4, 15, size=len(gusts))
    lull = 1 - 0.5 * np.exp(-(((times[:, None] - gusts) / lengths) ** 2)).max(axis=1)
    low = np.clip(0.13 * lull * np.exp(0.12 * restless), 0.03, 0.30)
    both = low * np.clip(0.75 + 0.05 * rng.standard_normal(len(times)), 0.5, 0.95)
    return np.column_stack([low, both]).astype("f4")


def _waves(ny: int, nx: int, rng: np.random.Generator) -> np.ndarray:
    """Noise in which one wavelength prevails, of mean 0 and deviation about 1, shape (ny, nx)."""
    wavelength = max(max(ny, nx) / 24, 8)
    frequency = np.hypot(np.fft.fftfreq(ny)[:, None], np.fft.rfftfreq(nx)[None, :])
    ring = np.exp(-(((frequency * wavelength - 1) / 0.4) ** 2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((ny, nx))) * ring, s=(ny, nx))
    return ((noise - noise.mean()) / (noise.std() or 1)).astype("f4")


def _cells(waves: np.ndarray) -> np.ndarray:
    """Bright cells in a net of narrow dark lanes: the lanes are where the waves cross zero."""
    return (np.abs(waves) ** np.float32(0.7) - 0.81) / 0.45


class _Spot:
    """A sunspot's place, shade and magnetic field; every attribute is a map of shape (ny, nx)."""

    def __init__(self, ny: int, nx: int, rng: np.random.Generator):
        radius = _SPOT_RADIUS * min(ny, nx)
        x = (np.arange(nx) + 0.5 - SPOT_CENTRE[0] * nx)[None, :] / radius
        y = (np.arange(ny) + 0.5 - SPOT_CENTRE[1] * ny)[:, None] / radius
        self.azimuth = np.arctan2(y, x).astype("f4")
        phases = rng.uniform(0, 2 * np.pi, size=4)
        ragged = 0.06 * np.cos(3 * self.azimuth + phases[0]) + 0.04 * np.cos(5 * self.azimuth + phases[1])
        distance = (np.hypot(x, y) * (1 + ragged)).astype("f4")
        self.quiet = 1 / (1 + np.exp(np.clip((1 - distance) / 0.05, -50, 50)))
        self.umbra = 1 / (1 + np.exp(np.clip((distance - 0.45) / 0.05, -50, 50)))
        self.vertical = np.exp(-1.5 * distance**2)
        self.horizontal = distance * np.exp(-(distance**2))
        self._filaments = np.cos(23 * self.azimuth + 4 * distance + phases[2]) * np.cos(9 * self.azimuth + phases[3])

    def shade(self, quiet_sun: np.ndarray) -> np.ndarray:
        """Put the spot on the quiet Sun; intensities relative to the mean of the quiet Sun."""
        penumbra = 0.70 + 0.15 * self._filaments
        inside = self.umbra * 0.2 + (1 - self.umbra) * penumbra
        return self.quiet * quiet_sun + (1 - self.quiet) * inside
