"""Measures the work of one order in one process, beside the least that such work can take, in the same run.

The floor reads the same bytes of the file, sends the same statements through the driver in one transaction, and
encodes the same pictures with the same libraries; nothing else. What a commit waits for the disk is measured apart.
Wall-clock time is the median and the least of all runs; processor time is that of this process and of those that it
starts, without PostgreSQL.
"""

import django

django.setup()

import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from PIL import Image

from benchmarks.encoding import VP9, encode
from benchmarks.table import print_table
from cubefile.cube import open_cube
from datacubes.models import DataCube, ImagePreview, VideoPreview
from devtools.sample_cubes import cube_filename, write_cube
from workorders.models import WorkOrder
from workorders.queue import claim, post_order
from workorders.worker import carry_out

REPETITIONS = 41
FRAMES = ((60, 64, REPETITIONS), (1173, 1157, 9))
SCANS = 3

Statement = tuple[str, Any]


class Recorder:
    """Records what an order reads of its file, and its statements."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.reads: list[tuple[int, int]] = []

    def execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Record a statement and execute it."""
        self.statements.append((sql, params))
        return execute(sql, params, many, context)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record during the block."""
        really_read = os.pread

        def pread(descriptor: int, size: int, offset: int) -> bytes:
            self.reads.append((offset, size))
            return really_read(descriptor, size, offset)

        os.pread = pread
        try:
            with connection.execute_wrapper(self.execute):
                yield
        finally:
            os.pread = really_read


def claimed(path: str) -> WorkOrder:
    """Post an order and claim it."""
    post_order(path, {})
    order = claim("benchmark")
    assert order is not None
    return order


def times(work: Callable[[Any], object], repetitions: int, prepare: Callable[[], Any]) -> tuple[float, float, float]:
    """Return median and least wall-clock time, and the median of the processor time, in milliseconds."""
    wall, cpu = [], []
    for _ in range(repetitions):
        prepared = prepare()
        began = time.perf_counter(), processor_time()
        work(prepared)
        wall.append(time.perf_counter() - began[0])
        cpu.append(processor_time() - began[1])
    return statistics.median(wall) * 1e3, min(wall) * 1e3, statistics.median(cpu) * 1e3


def processor_time() -> float:
    """Return the seconds of processor time that this process and its ended children have used."""
    used = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def replay(recorder: Recorder, path: Path, pictures: Callable[[], object]) -> None:
    """Do what an order cannot do without."""
    descriptor = os.open(path, os.O_RDONLY)
    for offset, size in recorder.reads:
        os.pread(descriptor, size, offset)
    os.close(descriptor)
    pictures()
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in recorder.statements:
            cursor.cursor.execute(sql, params)


def encoder(path: Path) -> Callable[[], object]:
    """Return a function that encodes the pictures of the ingested cube, already drawn, as files."""
    images = []
    for name in dict.fromkeys(ImagePreview.objects.order_by("width").values_list("file", flat=True)):
        with Image.open(settings.MEDIA_ROOT / name) as image:
            images.append(image.copy())
    movie = VideoPreview.objects.get()
    with Image.open(movie.poster.path) as image:
        images.append(image.copy())
    frames = _frames(path, (movie.width, movie.height))
    folder = Path(tempfile.mkdtemp(dir=settings.MEDIA_ROOT))

    def encode_all() -> None:
        for number, image in enumerate(images):
            encoded = io.BytesIO()
            image.save(encoded, "JPEG", quality=85)
            (folder / str(number)).write_bytes(encoded.getvalue())
        (folder / "movie").write_bytes(encode(frames, "libvpx-vp9", "webm", VP9))

    return encode_all


def _frames(path: Path, size: tuple[int, int]) -> list[np.ndarray]:
    with open_cube(path.parent, path.name) as cube:
        stored = [cube.read_rows((scan, 0, 1), 0, cube.image.shape[-2]) for scan in range(SCANS)]
    low, high = np.percentile(stored[0], (1, 99))
    greys = [(np.clip((frame - low) / (high - low), 0, 1) * 255).astype(np.uint8)[::-1] for frame in stored]
    return [grey[: size[1], : size[0]] for grey in greys]


def rows() -> Iterator[Sequence[object]]:
    """Measure a first and an unchanged order for each size of frame, each beside its floor."""
    root = settings.SCIENCE_DATA_ROOT
    for ny, nx, repetitions in FRAMES:
        begin = f"2019-04-19T17:{ny // 100:02}:39"
        name = cube_filename(begin=begin, scans=f"0-{SCANS - 1}")
        cube = write_cube(root / f"{ny}" / name, shape=(SCANS, 1, 3, ny, nx), keywords={"DATE-BEG": begin})
        path = str(cube.relative_to(root))
        carry_out(claimed(path))
        yield from _measured(f"first, {ny} × {nx}", cube, path, repetitions, is_first=True)
        yield from _measured(f"unchanged, {ny} × {nx}", cube, path, REPETITIONS, is_first=False)


def _measured(what: str, cube: Path, path: str, repetitions: int, *, is_first: bool) -> Iterator[Sequence[object]]:
    def prepare() -> WorkOrder:
        if is_first:
            DataCube.every.all().delete()
        return claimed(path)

    recorder, order = Recorder(), prepare()
    with recorder.recording():
        carry_out(order)
    pictures = encoder(cube) if is_first else lambda: None
    before = DataCube.every.get()

    def prepare_replay() -> None:
        prepare()
        if is_first:  # The recorded rows refer to these keys.
            with connection.cursor() as cursor:
                for table, key in (("datacube", before.pk), ("observation", before.observation_id)):
                    cursor.execute(f"SELECT setval('datacubes_{table}_id_seq', {key}, false)")

    lowest = times(lambda _: replay(recorder, cube, pictures), repetitions, prepare_replay)
    if is_first:
        DataCube.every.all().delete()
    carry_out(claimed(path))
    work = times(carry_out, repetitions, prepare)
    figures = [f"{figure:.1f}" for figure in (*work, *lowest)]
    yield (
        what,
        len(recorder.statements),
        f"{sum(size for _, size in recorder.reads) / 1e3:.0f}",
        *figures,
        (f"{work[0] / lowest[0]:.1f}"),
    )


def commits() -> Iterator[Sequence[object]]:
    """Measure a commit of one row, with and without the wait for the disk, and an fsync of one page."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE one_row (number integer)")
        cursor.execute("INSERT INTO one_row VALUES (0)")

        def commit(_: object) -> None:
            with transaction.atomic():
                cursor.execute("UPDATE one_row SET number = number + 1")

        for name in ("on", "off"):
            cursor.execute(f"SET synchronous_commit = {name}")
            yield f"one row, synchronous_commit = {name}", *_figures(times(commit, 200, lambda: None))
        cursor.execute("RESET synchronous_commit")
    with tempfile.NamedTemporaryFile(dir=settings.MEDIA_ROOT) as file:

        def sync(_: object) -> None:
            os.pwrite(file.fileno(), bytes(8192), 0)
            os.fsync(file.fileno())

        yield "fsync of 8 kB", *_figures(times(sync, 200, lambda: None))


def _figures(measured: Sequence[float]) -> list[str]:
    return [f"{figure:.2f}" for figure in measured[:2]]


if __name__ == "__main__":
    print_table(
        [
            *("order", "statements", "kB read", "median, ms", "least, ms", "processor, ms"),
            *("floor: median, ms", "least, ms", "processor, ms", "in floors"),
        ],
        rows(),
    )
    print()
    print_table(["commit", "median, ms", "least, ms"], commits())
