"""Measures how fast discovery walks through files that are new, then through files that are all recorded."""

import django

django.setup()

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.memory import peak_megabytes
from benchmarks.table import print_table
from datacubes.models import DataCube, Instrument, Observation
from keeper.discovery.walk import discover, plan
from keeper.models import Walk
from workorders.models import WorkOrder

FILES = 200_000
FILES_OF_A_FOLDER = 1000


def rows(files: int) -> Iterator[tuple[object, ...]]:
    """Walk through a tree of empty files: first as a plan of new ones, then recorded as cubes, then as gone."""
    root = Path(settings.SCIENCE_DATA_ROOT)
    for number in range(files):
        path = root / path_of(number)
        if number % FILES_OF_A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.touch()
    settings.DISCOVERY_STILL_SECONDS = 0
    yield measured("new files, planned", plan)
    yield measured("new files, queued", discover)
    WorkOrder.objects.all().delete()
    record(root, files)
    yield measured("recorded files", discover)
    yield measured("recorded files, again", discover)


def path_of(number: int) -> str:
    """Return the path of a file: folders of days with two instruments."""
    folder = number // FILES_OF_A_FOLDER
    return f"{2010 + folder // 365}/{folder % 365:03}/CRISP/nb_6173_scans=0-{number}_im.fits"


def record(root: Path, files: int) -> None:
    """Add a cube for each file, without what comes from its header."""
    now = timezone.now()
    observation = Observation.objects.create(point_id="benchmark", date_beg=now, date_end=now)
    instrument = Instrument.objects.get(name="CRISP")
    DataCube.objects.bulk_create(
        (
            DataCube(
                oid=str(number),
                relative_path=path_of(number),
                filename=str(number),
                size=0,
                modified_ns=(root / path_of(number)).stat().st_mtime_ns,
                instrument=instrument,
                observation=observation,
            )
            for number in range(files)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measured(what: str, walk: Callable[[], Walk]) -> tuple[object, ...]:
    """Return the figures of a walk."""
    began, began_cpu = time.perf_counter(), time.process_time()
    report = walk()
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    found = f"{report.new} new, {report.gone} gone"
    rate = report.files / seconds
    return what, f"{report.files:,}", found, f"{seconds:.1f}", f"{cpu:.1f}", f"{rate:,.0f}", f"{peak_megabytes():.0f}"


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    print_table(
        ["walk through", "files", "found", "s", "CPU of the walk, s", "files/s", "peak memory, MB"], rows(number)
    )
