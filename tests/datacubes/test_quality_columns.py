"""The columns of duration, cadence, exposure, observer and seeing, from keywords and from the table of the seeing."""

import statistics

import pytest

from datacubes.models import Metadata, PlotData
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import write_cube
from ingestion.conductor import ingest
from tests.support.raw_fits import tiny_cube

pytestmark = pytest.mark.django_db


def metadata_with(data_root, **cards: str) -> Metadata:
    cards = {name: f"{name.replace('_', '-'):8}= {value}" for name, value in cards.items()}
    (data_root / "cube.fits").write_bytes(tiny_cube(**cards))
    ingest(IngestRequest("cube.fits"))
    return Metadata.objects.get()


def test_a_cube_of_the_pipeline_has_them_all(archive_cube):
    metadata = archive_cube().metadata
    assert metadata.duration == (metadata.date_end - metadata.date_beg).total_seconds() > 0
    assert (metadata.cadence, metadata.exposure, metadata.observer) == (36.5, 0.2064, "A. Observer, B. O'Observer")
    seeing = PlotData.objects.get().seeing["r0_low_and_high"]
    assert metadata.r0_median == pytest.approx(statistics.median(r0 for r0 in seeing if r0 is not None), abs=1e-5)


def test_a_header_without_them_leaves_them_empty(data_root):
    metadata = metadata_with(data_root)
    assert metadata.duration == 0
    assert (metadata.cadence, metadata.exposure, metadata.observer, metadata.r0_median) == (None, None, "", None)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ({"CADAVG": "12.5", "CADENCE": "10"}, 12.5),
        ({"CADENCE": "10"}, 10),
        ({"CADAVG": "0", "CADENCE": "'10.0'"}, 10),
        ({"CADAVG": "-1"}, None),
        ({"CADENCE": "NaN"}, None),
    ],
    ids=str,
)
def test_the_average_cadence_comes_before_the_planned_one(data_root, cards, expected):
    assert metadata_with(data_root, **cards).cadence == expected


@pytest.mark.parametrize(
    ("cards", "expected"), [({"XPOSURE": "0.2", "EXPTIME": "3"}, 0.2), ({"EXPTIME": "3"}, 3)], ids=str
)
def test_the_exposure_has_two_names(data_root, cards, expected):
    assert metadata_with(data_root, **cards).exposure == expected


def test_an_unreadable_number_is_a_warning(data_root):
    (data_root / "cube.fits").write_bytes(tiny_cube(CADENCE="CADENCE = 'fast'"))
    assert ingest(IngestRequest("cube.fits")).warnings == ["CADENCE is “fast”; a number was expected."]


def test_a_cube_that_ends_before_it_begins_lasts_no_time(data_root):
    assert metadata_with(data_root, DATE_END="'2001-01-01T00:00:00'").duration == 0


def test_the_seeing_follows_its_table_and_stays_if_only_the_header_changes(data_root):
    path = data_root / "cube.fits"
    write_cube(path)
    ingest(IngestRequest("cube.fits"))
    before = Metadata.objects.get().r0_median
    write_cube(path, keywords={"OBSERVER": "Another"})
    ingest(IngestRequest("cube.fits"))
    metadata = Metadata.objects.get()
    assert (metadata.observer, metadata.r0_median) == ("Another", before)
    write_cube(path, without=["VAR-EXT-ATMOS_R0"])
    ingest(IngestRequest("cube.fits"))
    assert Metadata.objects.get().r0_median is None
