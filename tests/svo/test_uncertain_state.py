"""What the SVO holds is not always what was last answered: it must come right all the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.services import wait_until
from ingestion.conductor import ingest
from svo.models import Submission
from svo.notes import note_change
from svo.submission import claim_submission, send

pytestmark = pytest.mark.django_db

PATH = "2019-04-19/CRISP/cube.fits"
OID = "2019-04-19T17:34:55.50395_6173_0-4"


@pytest.fixture
def observe(submitted):
    """Return a function that gives the cube another observer, and nothing else."""

    def observe(observer: str) -> None:
        submitted.metadata.keywords["OBSERVER"] = observer
        submitted.metadata.save()
        note_change(OID, "CRISP", wake=False)

    return observe


def in_own_connection(work, *arguments):
    """Work as another process would, with a connection of its own."""
    try:
        return work(*arguments)
    finally:
        connection.close()


def make_due() -> None:
    Submission.objects.update(due_at=timezone.now())


def test_a_change_that_is_taken_back_after_a_lost_answer_is_sent(submitted, configured, send_all, observe):
    observe("before")
    send_all()
    observe("after")
    configured.drop_after_work(methods=["PATCH"])
    assert send_all() == ["pending"]
    assert configured.record("CRISP", OID)["observer"] == "after"
    configured.clear_faults()
    observe("before")
    make_due()
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["observer"] == "before"


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_while_it_is_sent_is_sent(submitted, configured, send_all, observe):
    observe("before")
    send_all()
    observe("after")
    mine = claim_submission()
    configured.forget_requests()
    configured.slow(0.5, methods=["PATCH"])
    with ThreadPoolExecutor(1) as worker:
        sent = worker.submit(in_own_connection, send, mine)
        wait_until(lambda: configured.counts()["PATCH"] == 1, "it is being sent")
        observe("before")
        sent.result()
    assert Submission.objects.get().state == "pending"
    assert configured.record("CRISP", OID)["observer"] == "after"
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["observer"] == "before"


def test_a_record_that_is_deleted_between_reading_and_update_is_created_again(submitted, configured, send_all, observe):
    observe("after")
    configured.answer(404, methods=["PATCH"], times=1)
    assert send_all() == ["pending"]
    assert "deleted it during sending" in Submission.objects.get().error
    configured.delete_record("CRISP", OID)
    make_due()
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["observer"] == "after"
    assert len(configured.locations("CRISP")) == 1


def test_a_record_whose_location_was_deleted_gets_one(submitted, configured, send_all, observe, client, crisp):
    client.delete_location(configured.record("CRISP", OID)["data_location"]["resource_uri"])
    observe("after")
    assert send_all() == ["submitted"]
    [location] = configured.locations("CRISP")
    assert location["used_by"] == [OID]
    assert Submission.objects.get().location_uri.endswith(f"/{location['id']}/")


def test_an_archive_that_moves_to_another_address_keeps_its_locations(submitted, configured, send_all, settings):
    [before] = configured.locations("CRISP")
    settings.ARCHIVE_BASE_URL = "https://new.example"
    ingest(IngestRequest(PATH, force=True))
    assert send_all() == ["submitted"]
    [after] = configured.locations("CRISP")
    assert after["id"] == before["id"]
    assert after["file_url"].startswith("https://new.example/")


def test_locations_left_behind_at_both_paths_are_taken_up(submitted, configured, send_all, settings, archive_cube):
    archive_cube({"SCANNUM": 5}, path="elsewhere/cube.fits", oid="the other")
    send_all()
    configured.delete_record("CRISP", "the other")
    settings.ARCHIVE_BASE_URL = "https://new.example"
    Submission.objects.filter(oid="the other").update(location_uri="")
    ingest(IngestRequest("elsewhere/cube.fits", oid="the other", force=True))
    assert send_all() == ["submitted"]
    locations = {location["used_by"][0]: location for location in configured.locations("CRISP")}
    assert set(locations) == {OID, "the other"}
    assert locations["the other"]["file_url"].startswith("https://new.example/")


def test_a_record_made_elsewhere_that_shares_its_location_leaves_it_to_the_others(configured, archive_cube, send_all):
    [oid] = configured.fill("CRISP", 1)
    shared = configured.record("CRISP", oid)["data_location"]
    configured.add_records("CRISP", [{"oid": "of others", "data_location": shared["resource_uri"]}])
    archive_cube(oid=oid)
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", oid)["data_location"] == shared
    assert configured.record("CRISP", "of others")["data_location"] == shared


def test_a_location_of_our_file_that_others_made_is_shared_with_them(configured, archive_cube, send_all):
    url = f"https://archive.example/data/{OID}/cube.fits"
    theirs = {"dataset": "/service/api/svo/dataset/CRISP/", "file_url": url, "file_size": 1, "file_path": "theirs.fits"}
    configured.add_records("CRISP", [{"oid": "of others", "data_location": theirs}])
    archive_cube()
    assert send_all() == ["submitted"]
    [location] = configured.locations("CRISP")
    assert location["used_by"] == [OID, "of others"]
    DataCube.objects.all().delete()
    assert send_all() == ["submitted"]
    [location] = configured.locations("CRISP")
    assert location["used_by"] == ["of others"]
