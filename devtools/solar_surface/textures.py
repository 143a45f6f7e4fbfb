"""Textures that the parts of the surface are made of: noise of a given grain, drawn out along a field, enlarged."""

import numpy as np
from PIL import Image

Array = np.ndarray


def noise(shape: tuple[int, int], grain: float, rng: np.random.Generator) -> Array:
    """Make noise without structures finer than `grain` pixels that continues across opposite edges.

    Returns
    -------
    ndarray
        float32, mean 0 and deviation 1.
    """
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]).astype("f4")
    spectrum = np.fft.rfft2(rng.standard_normal(shape, dtype="f4")) * np.exp(-((frequency * grain) ** 2))
    smooth = np.fft.irfft2(spectrum, s=shape).astype("f4")
    return (smooth - smooth.mean()) / smooth.std()


class Changing:
    """Noise that turns into other noise: after `lifetime` seconds nothing of it is left."""

    def __init__(self, shape: tuple[int, int], grain: float, lifetime: float, rng: np.random.Generator):
        self._early, self._late = noise(shape, grain, rng), noise(shape, grain, rng)
        self._lifetime = lifetime

    def at(self, seconds: float) -> Array:
        """Return the noise at a time."""
        phase = np.float32(seconds / self._lifetime * np.pi / 2)
        return np.cos(phase) * self._early + np.sin(phase) * self._late


class FieldLines:
    """The lines of a field that does not change, to smear textures along (line integral convolution; Cabral 1993).

    Parameters
    ----------
    field : ndarray
        complex64, shape (ny, nx): x and y component. Only its direction counts.
    reach : int
        So many pixels are averaged in each direction.
    """

    def __init__(self, field: Array, reach: int):
        self._shape = field.shape
        ny, nx = field.shape
        direction = (field / np.maximum(np.abs(field), np.float32(1e-6))).astype("c8").ravel()
        start = (np.arange(nx)[None, :] + 1j * np.arange(ny)[:, None]).astype("c8").ravel()
        self._steps: list[tuple[float, Array]] = [(0.0, np.arange(ny * nx, dtype="i4"))]
        for sign in (1, -1):
            place, here = start.copy(), self._steps[0][1]
            for step in range(1, reach + 1):
                place += np.float32(sign) * direction[here]
                column = np.clip(np.rint(place.real), 0, nx - 1)
                here = (np.clip(np.rint(place.imag), 0, ny - 1) * np.float32(nx) + column).astype("i4")
                self._steps.append((sign * step / reach, here))

    def smear(self, texture: Array, phase: float = 0.0) -> Array:
        """Smear a texture; mean 0 and deviation 1.

        When `phase` grows by 1, ripples move along the lines by one wavelength.
        """
        flat = texture.ravel()
        total = np.zeros_like(flat)
        for share, places in self._steps:
            weight = (1 + np.cos(np.pi * share)) * (1 + 0.7 * np.cos(2 * np.pi * (share - phase)))
            total += np.float32(weight) * flat[places]
        total = total.reshape(self._shape)
        return (total - total.mean()) / total.std()


def enlarged(image: Array, shape: tuple[int, int]) -> Array:
    """Enlarge a map smoothly."""
    return np.asarray(Image.fromarray(image).resize(shape[::-1], Image.Resampling.BICUBIC))


def looked_up(image: Array, y: Array, x: Array) -> Array:
    """Interpolate linearly between the pixels of an image that continues across its edges."""
    ny, nx = image.shape
    row, column = np.floor(y), np.floor(x)
    dy, dx = (y - row).astype("f4"), (x - column).astype("f4")
    top, left = row.astype(np.intp) % ny * nx, column.astype(np.intp) % nx
    bottom, right = (row.astype(np.intp) + 1) % ny * nx, (column.astype(np.intp) + 1) % nx
    flat = image.ravel()
    above = flat[top + left] * (1 - dx) + flat[top + right] * dx
    below = flat[bottom + left] * (1 - dx) + flat[bottom + right] * dx
    return above * (1 - dy) + below * dy


def step_at(edge: float | Array, width: float | Array, values: Array) -> Array:
    """Rise smoothly from 0 to 1 around `edge`, within about `width` on either side."""
    share = np.clip((values - edge) / (2 * width) + 0.5, 0, 1)
    return (share * share * (3 - 2 * share)).astype("f4")
