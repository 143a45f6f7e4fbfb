"""Measures POST to completed through real processes, as a client sees it that polls: medians in milliseconds.

gunicorn, Redis and one worker process one order at a time. Columns:

- POST: until it is answered.
- to started: from the row of the order to the row of its run.
- work: the run, from claimed to completed.
- completed: from the begin of the POST until a poll sees the end. The client polls every 2 ms.
- Prefer: the same in one request, with ``Prefer: wait``.
- floor: the file is read, its rows are written in one commit, and its pictures are encoded again by Pillow.
"""

import django

django.setup()

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection, transaction
from PIL import Image

from benchmarks.table import median_milliseconds, print_table
from datacubes.models import AccessRules, DataCube, FITSHeader, ImagePreview, Metadata, PlotData, VideoPreview
from demo.archive import make_token
from devtools.sample_cubes import cube_filename, write_cube
from devtools.stack import Stack
from workorders.models import WorkOrder

REPETITIONS = 15
POLL_SECONDS = 0.002


def rows() -> Iterator[tuple[object, ...]]:
    """Measure each kind of order, without a movie (one scan) and with one (three scans)."""
    with tempfile.TemporaryDirectory() as folder, Stack({"LOG_LEVEL": "INFO"}, Path(folder)) as stack:
        stack.start_web()
        stack.start_worker()
        client = Client(stack)
        for what, scans in (("no movie", 1), ("movie", 3)):
            path = write_cube(settings.SCIENCE_DATA_ROOT / what / cube_filename(), shape=(scans, 4, 7, 60, 64))
            name = str(path.relative_to(settings.SCIENCE_DATA_ROOT))
            client.ingest(name)
            client.ingest(name)
            floor = floor_milliseconds(path)
            for kind, request, prepare in (
                ("first", {}, forget),
                ("unchanged", {}, nothing),
                ("forced", {"force": True}, nothing),
            ):
                yield f"{kind}, {what}", *client.measure(name, request, prepare), floor if kind == "first" else ""


def forget() -> None:
    """Remove all cubes."""
    DataCube.every.all().delete()


def nothing() -> None:
    """Leave the archive as it is."""


class Client:
    """A pipeline that posts one cube after the other."""

    def __init__(self, stack: Stack) -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token {make_token(stack, 'benchmark')}"
        self.url = f"{stack.base_url}/api/v1/ingest/"

    def ingest(self, path: str, **request: object) -> tuple[float, float, int]:
        """Post a cube and poll until it is completed; return the seconds to both answers, and the order's number."""
        began = time.perf_counter()
        order = self.session.post(self.url, json={"relative_path": path, **request}, timeout=30).json()
        posted = time.perf_counter() - began
        while order["status"] in ("queued", "started"):
            time.sleep(POLL_SECONDS)
            order = self.session.get(order["url"], timeout=30).json()
        assert order["status"] == "completed", order
        return posted, time.perf_counter() - began, order["id"]

    def measure(self, path: str, request: Mapping[str, object], prepare: Callable[[], object]) -> list[str]:
        """Return the medians of the columns."""
        times: list[list[float]] = []
        for _ in range(REPETITIONS):
            prepare()
            posted, completed, number = self.ingest(path, **request)
            order = WorkOrder.objects.select_related("run").get(pk=number)
            run = order.latest_run
            assert run.finished_at
            prepare()
            began = time.perf_counter()
            self.session.post(
                self.url, json={"relative_path": path, **request}, headers={"Prefer": "wait=30"}, timeout=60
            ).raise_for_status()
            preferred = time.perf_counter() - began
            times.append([
                posted,
                (run.started_at - order.queued_at).total_seconds(),
                (run.finished_at - run.started_at).total_seconds(),
                completed,
                preferred,
            ])  # fmt: skip
        return [f"{statistics.median(some) * 1000:.1f}" for some in zip(*times, strict=True)]


def floor_milliseconds(path: Path) -> str:
    """Return the time that the bytes alone take: read, written in one commit, encoded."""
    cube = DataCube.objects.get()
    pictures = [
        (file, Image.open(file).copy()) for file in settings.MEDIA_ROOT.rglob("*") if file.suffix in (".jpg", ".webp")
    ]
    tables = [
        model._meta.db_table for model in (AccessRules, FITSHeader, Metadata, ImagePreview, VideoPreview, PlotData)
    ]
    copies = [(DataCube._meta.db_table, "id"), *((table, "cube_id") for table in tables)]
    with connection.cursor() as cursor:
        for table, _ in copies:
            cursor.execute(f'CREATE TABLE IF NOT EXISTS "floor_{table}" (LIKE "{table}" INCLUDING INDEXES)')

    def prepare() -> None:
        with connection.cursor() as cursor:
            for table, _ in copies:
                cursor.execute(f'TRUNCATE "floor_{table}"')

    def work() -> None:
        path.read_bytes()
        with transaction.atomic(), connection.cursor() as cursor:
            for table, column in copies:
                cursor.execute(f'INSERT INTO "floor_{table}" SELECT * FROM "{table}" WHERE "{column}" = %s', [cube.pk])
        with tempfile.TemporaryDirectory() as folder:
            for file, picture in pictures:
                picture.save(Path(folder) / file.name)

    return f"{median_milliseconds(work, REPETITIONS, prepare):.1f}"


if __name__ == "__main__":
    print_table(["order", "POST", "to started", "work", "completed", "Prefer", "floor"], rows())
