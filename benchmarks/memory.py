"""Measures the peak memory that the ingestion of a sparse file of 8 GB adds to a process."""

import django

django.setup()

import resource
from collections.abc import Iterator

from django.conf import settings

from benchmarks.ingestion import order
from benchmarks.table import print_table
from datacubes.models import DataCube
from devtools.sample_cubes import cube_filename, write_cube, write_sparse_cube


def peak_megabytes() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows() -> Iterator[tuple[object, ...]]:
    """Ingest a small cube first, so that all modules are loaded, then the large one."""
    root = settings.SCIENCE_DATA_ROOT
    small = write_cube(root / "memory-small" / cube_filename(line="6302"), shape=(1, 1, 2, 4, 4))
    large = write_sparse_cube(
        root / "memory" / cube_filename(line="3934"),
        size_bytes=8_000_000_000,
        keywords={"DATE-BEG": "2020-05-05T09:00:00"},
    )
    order(str(small.relative_to(root)))
    idle = peak_megabytes()
    order(str(large.relative_to(root)))
    assert DataCube.objects.count() == 2, "both are ingested"
    yield f"{large.stat().st_size / 1e9:.1f} GB", f"{idle:.0f}", f"{peak_megabytes() - idle:.1f}"


if __name__ == "__main__":
    print_table(["cube", "idle, MB", "peak above idle, MB"], rows())
