"""Compares orders per second through real workers with the same cubes ingested in a plain loop in one process."""

import django

django.setup()

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from benchmarks.table import print_table
from common.wakeups import send_wake_up
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import many_cubes
from devtools.stack import Stack
from ingestion.conductor import ingest
from workorders.models import WorkOrder
from workorders.queue import post_order
from workorders.tasks import process_next_order

CUBES = 400


def plain_loop(paths: list[str]) -> float:
    """Ingest the cubes one by one, without orders, and return the seconds."""
    DataCube.every.all().delete()
    began = time.perf_counter()
    for path in paths:
        ingest(IngestRequest(path))
    return time.perf_counter() - began


def through_workers(stack: Stack, paths: list[str], workers: int) -> float:
    """Queue the cubes, and return the seconds from the first wake-up to the last completed order."""
    DataCube.every.all().delete()
    WorkOrder.objects.all().delete()
    stack.start_worker("worker", concurrency=workers)
    deadline = time.monotonic() + 60
    while "ready" not in stack.log("worker") and time.monotonic() < deadline:
        time.sleep(0.1)
    for path in paths:
        post_order(path, {})
    began = time.perf_counter()
    for _ in paths:
        send_wake_up(process_next_order)
    while WorkOrder.objects.filter(status="completed").count() < len(paths):
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    stack.kill("worker")
    (stack.logs / "worker.log").unlink()
    return seconds


def rows() -> Iterator[tuple[object, ...]]:
    """Measure the loop, one worker and two workers, in turn."""
    root = settings.SCIENCE_DATA_ROOT
    paths = [str(path.relative_to(root)) for path in many_cubes(root / "many", CUBES)]
    with tempfile.TemporaryDirectory() as folder, Stack({"LOG_LEVEL": "INFO"}, Path(folder)) as stack:
        plain = plain_loop(paths)
        yield "plain loop, one process", f"{CUBES / plain:.1f}", "1.00"
        for workers in (1, 2):
            seconds = through_workers(stack, paths, workers)
            yield f"{workers} worker{'s' * (workers > 1)}", f"{CUBES / seconds:.1f}", f"{seconds / plain:.2f}"


if __name__ == "__main__":
    print_table(["how", "cubes/s", "time, plain loop = 1"], rows())
