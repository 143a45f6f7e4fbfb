"""The command refill_metadata: columns that the stored keywords fill, without a file."""

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from datacubes.management.commands import refill_metadata
from datacubes.models import DataCube, Metadata, Observation, PlotData
from datacubes.steps.base import IngestRequest
from devtools.services import wait_until
from ingestion.conductor import ingest
from tests.datacubes.test_concurrent_cubes import somebody_waits_for_me
from tests.support.archived_cubes import copy_of
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header, tiny_cube

pytestmark = pytest.mark.django_db

COLUMNS = ("date_end", "wavelength_min", "wavelength_max", "spectral_line")
LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def run() -> str:
    out = io.StringIO()
    call_command("refill_metadata", stdout=out)
    return out.getvalue()


def statements_of_run() -> list[str]:
    """Return the first word of each statement, but for the savepoints, which a test alone has."""
    with CaptureQueriesContext(connection) as captured:
        run()
    words = [query["sql"].split()[0] for query in captured]
    return [word for word in words if word not in ("SAVEPOINT", "RELEASE")]


def blank(rows=Metadata.objects) -> None:
    """Leave rows as a migration does that adds the columns."""
    rows.update(
        date_end=LONG_AGO,
        wavelength_min=None,
        wavelength_max=None,
        spectral_line="",
        duration=None,
        cadence=None,
        exposure=None,
        observer="",
    )


@pytest.fixture
def seven_cubes(archive_cube, monkeypatch):
    """Cubes of one observation, in batches of three."""
    monkeypatch.setattr(refill_metadata, "BATCH_SIZE", 3)
    first = archive_cube()
    for number in range(6):
        copy_of(first, f"copy {number}")


def test_blank_columns_are_filled_as_the_ingestion_filled_them(seven_cubes, data_root):
    ingested = list(Metadata.objects.order_by("pk").values())
    blank(Metadata.objects.filter(pk__in=[row["cube_id"] for row in ingested[1:5]]))
    for file in data_root.rglob("*.fits"):
        file.unlink()
    assert run() == "7 cubes, 4 changed.\n"
    assert list(Metadata.objects.order_by("pk").values()) == ingested


@pytest.mark.parametrize(
    "cards",
    [
        ("WAVEMIN = 617.0", "WAVEMIN = 854.0", "WAVEMAX = 618", "WAVEMAX = 'red'", "FILTER1 = '8542'"),
        ("DATE-END= '2019-04-19T18:00:00'", "DATE-END= '2019-04-19T19:00:00'", "HIERARCH WAVEMIN = 5"),
        ("WAVEMIN = '617.5'", "WAVEMAX = 'MISSING'", "DATE-END= 'MISSING'"),
        ("WAVEMIN = 1E308", f"WAVEMAX = {'9' * 69}", "DATE-END= '2019-04-19T17:34:60.1234567Z'"),
        ("WAVEMIN = 1E-320", "WAVEMAX = NaN", "DATE-END="),
        ("WAVEMIN = (1.5, 2.0)", "WAVEMIN = (3.5, 4.0)", "WAVEMAX = (5.0, 6.0)"),
    ],
    ids=str,
)
def test_stored_keywords_give_the_values_that_the_file_gave(data_root, cards):
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    ingest(IngestRequest("cube.fits"))
    [ingested] = Metadata.objects.values()
    assert run().endswith("1 cubes, 0 changed.\n")
    blank()
    run()
    assert list(Metadata.objects.values()) == [ingested]


@pytest.mark.parametrize("filter1", ["6173", "6173.0", "6.173E3", "' 6173 '", "T", f"'{'9' * 68}'", "'L''Aquila'"])
def test_the_name_of_a_line_stays_the_same(data_root, filter1):
    (data_root / "cube.fits").write_bytes(tiny_cube(FILTER1=f"FILTER1 = {filter1}"))
    ingest(IngestRequest("cube.fits"))
    line = Metadata.objects.get().spectral_line
    assert line
    blank()
    run()
    assert Metadata.objects.get().spectral_line == line


def test_the_seeing_is_filled_from_its_plot(seven_cubes):
    [first, *others] = Metadata.objects.order_by("pk")
    seeing = PlotData.objects.get(cube=first.cube_id).seeing
    PlotData.objects.create(cube=others[3].cube, seeing=seeing | {"r0_low_and_high": [0.3, None, 0.1, 0.1]})
    PlotData.objects.create(cube=others[4].cube, seeing=None)
    PlotData.objects.create(cube=others[5].cube, seeing=seeing | {"r0_low_and_high": [None]})
    Metadata.objects.update(r0_median=None)
    assert run() == "7 cubes, 2 changed.\n"
    filled = {row.pk: row.r0_median for row in Metadata.objects.exclude(r0_median=None)}
    assert filled == {first.pk: first.r0_median, others[3].pk: 0.1}
    assert run() == "7 cubes, 0 changed.\n"


def test_correct_rows_are_read_in_batches_and_not_written(seven_cubes):
    count, end = ["SELECT"], ["SELECT"]
    assert statements_of_run() == count + ["SELECT"] * 3 + end


def test_a_batch_is_written_in_one_statement(seven_cubes):
    Metadata.objects.update(wavelength_min=None)
    count, end = ["SELECT"], ["SELECT"]
    assert statements_of_run() == count + ["SELECT", "UPDATE"] * 3 + end


def test_a_stopped_run_goes_on_with_what_is_left(seven_cubes, monkeypatch):
    Metadata.objects.update(wavelength_min=None)
    refill_metadata.refill_batch(after=0)
    assert Metadata.objects.filter(wavelength_min=None).count() == 4
    assert run() == "7 cubes, 4 changed.\n"


def test_observations_follow_ends_that_change(seven_cubes):
    end = Observation.objects.get().date_end
    Metadata.objects.update(date_end=end + timedelta(days=1))
    Observation.objects.update(date_end=end + timedelta(days=1))
    run()
    assert Observation.objects.get().date_end == end


def test_an_unreadable_keyword_is_named_with_the_cube(seven_cubes):
    metadata = Metadata.objects.get(cube__oid="copy 3")
    metadata.keywords["WAVEMIN"] = "MISSING"
    metadata.save()
    assert run() == ("copy 3: WAVEMIN is “MISSING”; a number was expected.\n7 cubes, 1 changed.\n")
    metadata.refresh_from_db()
    assert metadata.wavelength_min is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
def test_a_row_that_an_ingestion_is_changing_is_filled_from_its_new_keywords(archive_cube):
    archive_cube({"WAVEMIN": 617.1})
    blank()

    def run_in_a_thread() -> None:
        try:
            run()
        finally:
            connection.close()

    thread = threading.Thread(target=run_in_a_thread)
    with transaction.atomic():
        archive_cube({"WAVEMIN": 617.2})
        thread.start()
        wait_until(somebody_waits_for_me, "The command waits for the lock of the row")
        # As a worker of the version before does, which does not fill a new column.
        Metadata.objects.update(wavelength_min=None)
    thread.join()
    assert Metadata.objects.get().wavelength_min == 617.2
    assert DataCube.objects.count() == 1
