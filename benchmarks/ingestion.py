"""Measures milliseconds per ingestion: first, unchanged and forced, for a small cube and for one of 380 MB.

Each is a whole order: posted, claimed, processed and completed in one process, with image previews and plots. The small
cube has one scan, and therefore no movie.
"""

import django

django.setup()

from collections.abc import Iterator
from functools import partial

from django.conf import settings

from benchmarks.table import median_milliseconds, print_table
from datacubes.models import DataCube
from devtools.sample_cubes import cube_filename, write_cube, write_sparse_cube
from workorders.queue import claim, post_order
from workorders.worker import carry_out

REPETITIONS = 41


def order(path: str, **request: object) -> None:
    """Post an order and process it."""
    post_order(path, request)
    claimed = claim("benchmark")
    assert claimed is not None
    carry_out(claimed)


def rows() -> Iterator[tuple[object, ...]]:
    """Measure each kind of cube."""
    root = settings.SCIENCE_DATA_ROOT
    small = write_cube(root / "small" / cube_filename(), shape=(1, 4, 7, 60, 64))
    large = write_sparse_cube(root / "large" / cube_filename(line="8542"), size_bytes=380_000_000)
    for name, cube in (("small", small), ("380 MB", large)):
        path = str(cube.relative_to(root))
        order(path)
        first = median_milliseconds(partial(order, path), REPETITIONS, DataCube.every.all().delete)
        unchanged = median_milliseconds(partial(order, path), REPETITIONS)
        forced = median_milliseconds(partial(order, path, force=True), REPETITIONS)
        yield name, f"{cube.stat().st_size / 1e6:.1f} MB", f"{first:.1f}", f"{unchanged:.1f}", f"{forced:.1f}"


if __name__ == "__main__":
    print_table(["cube", "size", "first, ms", "unchanged, ms", "forced, ms"], rows())
