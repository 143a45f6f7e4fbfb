"""Measures how fast audits read a file of 4 GB: one that costs no disk, as its data are a hole, and one on the disk."""

import django

django.setup()

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from benchmarks.ingestion import order
from benchmarks.memory import peak_megabytes
from benchmarks.table import print_table
from datacubes.models import DataCube
from devtools.sample_cubes import cube_filename, write_cube, write_sparse_cube
from keeper.fixity.audit import audit

SIZE = 4_000_000_000


def rows() -> Iterator[tuple[object, ...]]:
    """Audit a small cube first, so that all modules are loaded, then the large ones."""
    root = Path(settings.SCIENCE_DATA_ROOT)
    small = write_cube(root / "small" / cube_filename(line="6302"), shape=(1, 1, 2, 4, 4))
    hole = write_sparse_cube(root / "hole" / cube_filename(line="3934"), size_bytes=SIZE)
    yield "small", *audited(root, small)
    yield "without a disk", *audited(root, hole)
    whole = root / "disk" / hole.name
    whole.parent.mkdir()
    subprocess.run(["cp", "--sparse=never", hole, whole], check=True)
    hole.unlink()
    os.sync()  # What is not written yet cannot leave the page cache.
    yield "on the disk", *audited(root, whole)


def audited(root: Path, path: Path) -> tuple[str, ...]:
    """Ingest and audit a file; return its size, the rate, and the growth of the peak memory."""
    relative_path = str(path.relative_to(root))
    order(relative_path, oid=path.parent.name)
    cube = DataCube.objects.get(relative_path=relative_path)
    began, began_cpu, before = time.perf_counter(), time.process_time(), peak_megabytes()
    found = audit(cube, None, lambda size: None)
    assert found.result == "whole", found
    gigabytes = path.stat().st_size / 1e9
    rate, of_cpu = gigabytes / (time.perf_counter() - began), gigabytes / (time.process_time() - began_cpu)
    return f"{gigabytes:.3f}", f"{rate:.2f}", f"{of_cpu:.2f}", f"{peak_megabytes() - before:.1f}"


if __name__ == "__main__":
    print_table(["file", "GB", "GB/s", "GB per second of CPU", "peak memory above before, MB"], rows())
