"""Locations that others made: one that only our own record uses is taken over, by who has read the list of records."""

import pytest

from datacubes.models import Instrument
from svo.models import InstrumentInSVO, Submission
from svo.planning import Options
from svo.synchronisation import synchronise

pytestmark = pytest.mark.django_db

OID = "2019-04-19T17:34:55.50395_6173_0-4"
OLD_URL = "https://dubshen.example/sst_archive/download/cube.fits"
NEW_URL = f"https://archive.example/data/{OID}/cube.fits"
PATH = "2019-04-19/CRISP/cube.fits"
EVERYTHING = Options(update_existing=True)


@pytest.fixture
def by_predecessor(configured) -> dict:
    """Let the SVO have the record of the sample cube that the predecessor made, and return its location."""
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CHROMIS"), is_left_out=True)
    location = {
        "dataset": "/service/api/svo/dataset/CRISP/",
        "file_url": OLD_URL,
        "file_size": 1,
        "file_path": PATH,
        "thumbnail_url": None,
        "offline": False,
    }
    configured.add_records("CRISP", [{"oid": OID, "date_beg": "2019-04-19T17:34:55.50395", "data_location": location}])
    return configured.record("CRISP", OID)["data_location"]


def located(svo, oid: str = OID) -> tuple[int, str, str]:
    location = svo.record("CRISP", oid)["data_location"]
    return location["id"], location["file_url"], location["file_path"]


def test_a_synchronisation_takes_over_the_location_of_the_predecessor(by_predecessor, configured, archive_cube):
    archive_cube()
    assert synchronise(EVERYTHING).updated == 1
    assert located(configured) == (by_predecessor["id"], NEW_URL, PATH)
    assert len(configured.locations("CRISP")) == 1
    assert {tag["name"] for tag in configured.record("CRISP", OID)["tags"]} == {"Pore", "Sunspot"}
    configured.forget_requests()
    assert synchronise(EVERYTHING).updated == 0
    assert set(configured.counts()) == {"GET"}


def test_a_single_submission_leaves_the_location_to_the_next_synchronisation(
    by_predecessor, configured, archive_cube, send_all
):
    archive_cube()
    assert send_all() == ["submitted"]
    record = configured.record("CRISP", OID)
    assert record["data_location"] == by_predecessor
    assert (record["instrume"], len(configured.locations("CRISP"))) == ("CRISP", 1)
    assert "the next synchronisation takes it over" in Submission.objects.get().left_out[-1]["reason"]
    # The SVO does not hold all of it: it is sent again if it is noted again, and still says so.
    Submission.objects.update(state=Submission.State.PENDING)
    assert send_all() == ["submitted"]
    assert "the next synchronisation takes it over" in Submission.objects.get().left_out[-1]["reason"]
    assert synchronise(EVERYTHING).updated == 1
    assert located(configured) == (by_predecessor["id"], NEW_URL, PATH)
    assert "the data location" not in [each["what"] for each in Submission.objects.get().left_out]


def test_the_second_of_two_cubes_that_share_a_location_takes_it_over(by_predecessor, configured, archive_cube):
    configured.add_records("CRISP", [{"oid": "of others", "data_location": by_predecessor["resource_uri"]}])
    archive_cube()
    archive_cube({"SCANNUM": 7}, path="x/other.fits", oid="of others")
    assert synchronise(Options()).updated == 2
    # The first that is sent gets one of its own; then the other is the only user.
    locations = configured.locations("CRISP")
    assert sorted(location["used_by"] for location in locations) == [[OID], ["of others"]]
    assert all(location["file_url"].startswith("https://archive.example/") for location in locations)


def test_a_location_that_a_foreign_record_uses_stays_as_it_is(by_predecessor, configured, archive_cube):
    configured.add_records("CRISP", [{"oid": "of others", "data_location": by_predecessor["resource_uri"]}])
    InstrumentInSVO.objects.create(instrument=Instrument.objects.create(name="TRIPPEL"), dataset="CRISP")
    archive_cube()
    report = synchronise(EVERYTHING)
    assert (report.updated, report.removed) == (1, 0)
    assert configured.record("CRISP", "of others")["data_location"] == by_predecessor
    assert located(configured)[1] == NEW_URL
    assert synchronise(EVERYTHING).updated == 0


def test_a_new_address_and_a_rebuilt_database_leave_no_location_behind(submitted, configured, settings):
    before = located(configured)
    Submission.objects.all().delete()
    settings.ARCHIVE_BASE_URL = "https://new.example"
    assert synchronise(EVERYTHING).updated == 1
    assert located(configured) == (before[0], NEW_URL.replace("archive.example", "new.example"), PATH)
    assert len(configured.locations("CRISP")) == 1


def test_a_new_address_needs_no_synchronisation_if_the_database_knows_the_location(
    submitted, configured, settings, send_all
):
    before = located(configured)
    settings.ARCHIVE_BASE_URL = "https://new.example"
    Submission.objects.update(state=Submission.State.PENDING)
    assert send_all() == ["submitted"]
    assert located(configured) == (before[0], NEW_URL.replace("archive.example", "new.example"), PATH)


def test_a_location_that_no_record_uses_is_taken_up_by_its_path(by_predecessor, configured, archive_cube):
    configured.delete_record("CRISP", OID)
    archive_cube()
    archive_cube({"DATE-BEG": "2019-04-19T20:00:00"}, path="later/cube.fits", oid="the second")
    assert synchronise(EVERYTHING).added == 2
    first, second = located(configured), located(configured, "the second")
    assert first == (by_predecessor["id"], NEW_URL, PATH)
    assert second[0] != first[0]
    assert len(configured.locations("CRISP")) == 2
