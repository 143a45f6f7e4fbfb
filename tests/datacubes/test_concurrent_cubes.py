"""Cubes of one observation that are ingested at the same time, on a database where that can be."""

import threading

import pytest
from django.db import connection, transaction

from datacubes.models import Observation
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest, read_cube, write_cube

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]


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

    def write_the_second() -> None:
        try:
            with transaction.atomic():
                write_cube(second)
        finally:
            connection.close()

    thread = threading.Thread(target=write_the_second)
    with transaction.atomic():
        write_cube(read_cube(IngestRequest(paths["a"], oid="a")))
        thread.start()
        thread.join(0.5)  # It waits for this transaction, or has ended without regard to it.
    thread.join()
    observation = Observation.objects.get()
    assert observation.date_beg.isoformat()[11:19] == "16:50:00"
    assert observation.date_end.isoformat()[11:19] == "17:40:00"
