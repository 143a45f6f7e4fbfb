"""Images and movies such as the pipeline puts beside a cube, with the same stem."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image

from devtools import solar_patch


def write_preview_image(path: Path, size: tuple[int, int] = (320, 316)) -> Path:
    """Write a PNG of `size` (width, height), the spot in its upper left."""
    Image.fromarray(_pictures(1, size)[0]).save(path, format="PNG")
    return Path(path)


def write_preview_movie(path: Path, frames: int = 10, size: tuple[int, int] = (160, 158)) -> Path:
    """Write a QuickTime movie (H.264) of `frames` pictures of `size` (width, height), both even numbers."""
    movie = imageio_ffmpeg.write_frames(str(path), size, pix_fmt_in="gray", fps=10, codec="libx264", macro_block_size=2)
    movie.send(None)
    for picture in _pictures(frames, size):
        movie.send(picture)
    movie.close()
    return Path(path)


def _pictures(count: int, size: tuple[int, int]) -> np.ndarray:
    """Continuum pictures of one byte a pixel, shape (count, height, width), the first row on top."""
    width, height = size
    beside_the_line = np.array([solar_patch.LINE_CENTRE - 6 * solar_patch.LINE_WIDTH])
    cube = solar_patch.stokes_cube((count, 1, 1, height, width), beside_the_line, seed=0)
    brightness = cube[:, 0, 0, ::-1] / (1.3 * solar_patch.CONTINUUM)
    return np.ascontiguousarray((brightness.clip(0, 1) * 255).astype("u1"))
