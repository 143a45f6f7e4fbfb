"""Ingestions at the same time as others of one observation, or as staff, on a database where that can be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from common.errors import TransientError
from datacubes.models import AccessRules, DataCube, Observation
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from devtools.services import wait_until
from ingestion.conductor import Reading, ingest, read_cube, write_cube
from operations.admin.access import AccessChange

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]


def write(reading: Reading) -> None:
    """Write what was read, over a connection of the thread's own."""
    try:
        with transaction.atomic():
            write_cube(reading)
    finally:
        connection.close()


def write_in_a_thread(reading: Reading) -> threading.Thread:
    """Return a thread that writes what was read."""
    return threading.Thread(target=write, args=[reading])


def somebody_waits_for_me() -> bool:
    """Whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def test_begin_and_end_follow_both_of_two_cubes_that_are_written_at_once(place_cube):
    times = {"a": ("16:50:00", "17:15:00"), "b": ("17:10:00", "17:20:00"), "c": ("17:12:00", "17:40:00")}
    paths = {
        oid: place_cube(
            {"POINT_ID": "p", "DATE-BEG": f"2019-04-19T{begin}", "DATE-END": f"2019-04-19T{end}"}, path=f"{oid}.fits"
        )
        for oid, (begin, end) in times.items()
    }
    ingest(IngestRequest(paths["b"], oid="b"))
    second = read_cube(IngestRequest(paths["c"], oid="c"))
    thread = write_in_a_thread(second)
    with transaction.atomic():
        write_cube(read_cube(IngestRequest(paths["a"], oid="a")))
        thread.start()
        thread.join(0.5)  # It waits for this transaction, or has ended without regard to it.
    thread.join()
    observation = Observation.objects.get()
    assert observation.date_beg.isoformat()[11:19] == "16:50:00"
    assert observation.date_end.isoformat()[11:19] == "17:40:00"


def test_creating_a_cube_does_not_wait_for_a_transaction_that_changes_it(place_cube):
    """Who changes a cube takes its observation next: who waited for the cube with that in hand would be a deadlock."""
    path = place_cube()
    late = read_cube(IngestRequest(path))
    ingest(IngestRequest(path))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        DataCube.objects.update(filename="another.fits")
        error = pool.submit(write, late).exception(timeout=10)
    assert isinstance(error, TransientError)
    assert "Another ingestion added the cube" in str(error)


def test_an_ingestion_that_waits_for_staff_does_not_undo_what_they_set(place_cube, data_root):
    path = place_cube({"RELEASE": "2020-08-05", "RELEASEC": "One."})
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "RELEASEC", "Two.")
    thread = write_in_a_thread(read_cube(IngestRequest(path)))
    with transaction.atomic():
        AccessChange(sets_release=True, release_date=date(2090, 1, 1), release_comment="As agreed.").apply(
            DataCube.objects.all()
        )
        thread.start()
        wait_until(somebody_waits_for_me, "The ingestion waits for the lock of the cube")
    thread.join()
    rules = AccessRules.objects.get()
    assert (rules.release_date, rules.release_comment) == (date(2090, 1, 1), "As agreed.")
    assert (rules.header_release_date, rules.header_release_comment) == (date(2020, 8, 5), "Two.")
