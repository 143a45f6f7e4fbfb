"""Compares the milliseconds per cube with all previews with a minimum for such work, for frames of three sizes.

The minimum (“floor”) is measured in the same run: reading the same frame with astropy, stretching it between two
percentiles, and encoding the same sizes with Pillow, once each. The ingestion also reads the header and the tables,
computes the plots, and writes to the database. It is forced, so that all previews are made again.
"""

import django

django.setup()

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from astropy.io import fits
from django.conf import settings
from PIL import Image

from benchmarks.table import median_milliseconds, print_table
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube
from ingestion.conductor import ingest

REPETITIONS = 9
FRAMES = ((60, 64), (1173, 1157), (4096, 4096))
WAVELENGTHS = 3


def floor(path: Path) -> None:
    """Only read, stretch and encode one frame."""
    with fits.open(path, memmap=True) as hdus:
        frame = np.array(hdus[0].data[0, 0, WAVELENGTHS // 2], dtype=np.float32)
    low, high = np.percentile(frame, (1, 99))
    grey = Image.fromarray((np.clip((frame - low) / (high - low), 0, 1) * 255).astype(np.uint8)[::-1])
    for side in settings.IMAGE_PREVIEW_SIDES.values():
        smaller = grey.copy()
        smaller.thumbnail((side, side))
        smaller.save(io.BytesIO(), "JPEG", quality=85)


def rows() -> Iterator[tuple[object, ...]]:
    """Measure each size of frame: the floor, unchanged, without and with a movie."""
    root = settings.SCIENCE_DATA_ROOT
    for ny, nx in FRAMES:
        begin = f"2019-04-19T17:{ny // 100:02}:39"
        keywords = {"DATE-BEG": begin}
        figures = {}
        for scans in (1, 4):
            cube = write_cube(
                root / f"{ny}" / cube_filename(begin=begin, scans=str(scans)),
                shape=(scans, 1, WAVELENGTHS, ny, nx),
                keywords=keywords,
            )
            path = str(cube.relative_to(root))
            figures[scans] = median_milliseconds(partial(ingest, IngestRequest(path, force=True)), REPETITIONS)
            if scans == 1:
                lowest = median_milliseconds(partial(floor, cube), REPETITIONS)
                unchanged = median_milliseconds(partial(ingest, IngestRequest(path)), REPETITIONS)
        yield (
            f"{ny} × {nx}",
            f"{lowest:.1f}",
            f"{figures[1]:.1f}",
            f"{figures[1] / lowest:.1f}",
            f"{figures[4]:.1f}",
            f"{unchanged:.1f}",
        )


if __name__ == "__main__":
    print_table(
        ["frame", "floor, ms", "all but a movie, ms", "in floors", "with a movie of 4 scans, ms", "unchanged, ms"],
        rows(),
    )
