"""A cube on its way into the SVO: what the server holds afterwards, whatever stood in the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from datacubes.models import DataCube, Instrument
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import IngestResult, ingest
from svo.models import InstrumentInSVO, Submission
from svo.submission import claim_submission, send

pytestmark = pytest.mark.django_db

PATH = "2019-04-19/CRISP/cube.fits"
OID = "2019-04-19T17:34:55.50395_6173_0-4"


def svo_step(result: IngestResult) -> tuple[str, str]:
    return next((str(step.outcome), step.reason) for step in result.steps if step.name == "svo")


def make_due() -> None:
    Submission.objects.update(due_at=timezone.now())


def test_an_ingested_cube_is_submitted_with_its_location(configured, archive_cube, send_all, data_root):
    cube = archive_cube()
    assert send_all() == ["submitted"]
    record = configured.record("CRISP", OID)
    assert record["date_beg"] == "2019-04-19T17:34:55.503Z"
    assert record["instrume"] == "CRISP"
    assert {tag["name"] for tag in record["tags"]} == {"Pore", "Sunspot"}
    assert record["fits_header"].startswith("SIMPLE  =")
    location = record["data_location"]
    assert location["file_url"] == f"https://archive.example/data/{OID}/cube.fits"
    assert location["file_path"] == "2019-04-19/CRISP/cube.fits"
    assert location["file_size"] == str(cube.size)
    assert location["thumbnail_url"].startswith("https://archive.example/media/previews/2019-04-19/")
    assert location["offline"] is False


def test_a_new_cube_takes_one_request_once_the_dataset_is_known(submitted, configured, archive_cube, send_all):
    archive_cube({"DATE-BEG": "2019-04-20T00:00:00"}, path="other.fits")
    send_all()
    assert configured.counts() == {"POST": 1}


def test_without_a_configured_svo_nothing_is_noted(archive_cube, place_cube):
    assert svo_step(ingest(IngestRequest(place_cube()))) == ("skipped", "No SVO is configured.")
    assert not Submission.objects.exists()


def test_an_instrument_that_is_left_out_is_not_submitted(configured, place_cube):
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CRISP"), is_left_out=True)
    assert svo_step(ingest(IngestRequest(place_cube()))) == ("skipped", "CRISP is left out of the SVO.")


def test_the_dataset_of_an_instrument_may_have_another_name(configured, archive_cube, send_all):
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CRISP"), dataset="CHROMIS")
    archive_cube()
    send_all()
    assert configured.oids("CHROMIS") == [OID]


def test_a_change_is_sent_and_the_record_updated(submitted, configured, data_root, send_all):
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody Else")
    assert svo_step(ingest(IngestRequest(PATH)))[0] == "updated"
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["observer"] == "Somebody Else"
    assert len(configured.locations("CRISP")) == 1


def test_an_unchanged_ingestion_sends_nothing(submitted, configured, send_all):
    assert svo_step(ingest(IngestRequest(PATH))) == ("skipped", "Nothing has changed.")
    assert send_all() == []
    assert configured.requests == []


def test_unchanged_content_is_not_sent_again(submitted, configured, send_all, settings):
    ingest(IngestRequest(PATH, owner_email_addresses=["a@su.se"]))
    assert send_all() == ["submitted"]
    assert configured.requests == []


def test_a_re_export_under_another_name_moves_the_record_s_own_location(submitted, configured, data_root, send_all):
    (data_root / PATH).rename(data_root / "renamed.fits")
    ingest(IngestRequest("renamed.fits"))
    send_all()
    [location] = configured.locations("CRISP")
    assert location["file_url"].endswith("/renamed.fits")
    assert location["used_by"] == [OID]


def test_a_record_that_was_made_elsewhere_is_updated_and_its_location_left(configured, archive_cube, send_all):
    [oid] = configured.fill("CRISP", 1)
    before = configured.record("CRISP", oid)["data_location"]
    cube = archive_cube(oid=oid)
    assert send_all() == ["submitted"]
    record = configured.record("CRISP", oid)
    assert record["data_location"] == before
    assert record["filter1"] == cube.metadata.spectral_line
    assert len(configured.locations("CRISP")) == 1


def test_a_file_path_that_belongs_to_another_is_avoided(submitted, configured, archive_cube, send_all):
    archive_cube({"SCANNUM": 5}, path="elsewhere/cube.fits", oid="the other")
    assert send_all() == ["submitted"]
    paths = {location["file_path"] for location in configured.locations("CRISP")}
    assert len(paths) == 2
    assert all(path.startswith("2019-04-19/CRISP/cube") for path in paths)


def test_a_location_left_behind_is_taken_up(submitted, configured, send_all, data_root):
    configured.delete_record("CRISP", OID)
    ingest(IngestRequest(PATH, force=True))
    assert send_all() == ["submitted"]
    [location] = configured.locations("CRISP")
    assert location["used_by"] == [OID]


def test_a_record_that_others_deleted_is_created_again(submitted, configured, send_all, data_root):
    configured.delete_record("CRISP", OID)
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody Else")
    ingest(IngestRequest(PATH))
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == [OID]


def test_a_record_that_others_deleted_leaves_no_location_if_its_file_was_renamed(
    submitted, configured, send_all, data_root
):
    configured.delete_record("CRISP", OID)
    (data_root / PATH).rename(data_root / "renamed.fits")
    ingest(IngestRequest("renamed.fits"))
    assert send_all() == ["submitted"]
    [location] = configured.locations("CRISP")
    assert location["used_by"] == [OID]
    assert location["file_url"].endswith("/renamed.fits")


def test_a_lost_answer_makes_no_second_record(configured, archive_cube, send_all):
    configured.drop_after_work(times=1, methods=["POST"])
    archive_cube()
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == [OID]
    assert len(configured.locations("CRISP")) == 1


@pytest.mark.parametrize("oid", ["a:b,c", "a/b/c", "100% of it", "with spaces", "Größe"])
def test_odd_oids_go_in_and_out(configured, archive_cube, send_all, oid):
    archive_cube(oid=oid)
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == [oid]
    DataCube.objects.all().delete()
    send_all()
    assert configured.oids("CRISP") == []
    assert configured.locations("CRISP") == []


def test_while_the_svo_is_down_ingestion_goes_on_and_the_cube_is_sent_later(configured, archive_cube, send_all):
    with configured.down():
        archive_cube()
        assert send_all() == ["pending"]
        submission = Submission.objects.get()
        assert submission.error
        assert submission.due_at > timezone.now() + timedelta(seconds=20)
        assert send_all() == []
    make_due()
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == [OID]


def test_the_delays_grow_until_the_submission_fails(configured, archive_cube, send_all, monkeypatch):
    monkeypatch.setattr("svo.submission.MAX_ATTEMPTS", 4)
    configured.answer(500)
    archive_cube()
    delays = []
    for _ in range(3):
        send_all()
        delays.append(round((Submission.objects.get().due_at - timezone.now()).total_seconds() / 30))
        make_due()
    assert delays == [1, 2, 4]
    assert send_all() == ["failed"]
    assert "Given up after 4 attempts" in Submission.objects.get().error


def test_a_refusal_is_failed_with_the_server_s_words_and_without_the_key(configured, archive_cube, send_all, settings):
    words = f"This oid is odd. You sent ApiKey {settings.SVO_API_KEY}."
    configured.answer(400, {"metadata_crisp": {"oid": [words]}}, methods=["POST"])
    archive_cube()
    assert send_all() == ["failed"]
    error = Submission.objects.get().error
    assert "This oid is odd." in error
    assert settings.SVO_API_KEY not in error


def test_wrong_credentials_are_failed(configured, archive_cube, send_all):
    configured.answer(401)
    archive_cube()
    assert send_all() == ["failed"]


def test_right_credentials_without_rights_are_failed_naming_the_rights(configured, archive_cube, send_all):
    configured.take_rights("CRISP")
    archive_cube()
    assert send_all() == ["failed"]
    assert "rights on the dataset" in Submission.objects.get().error


def test_a_missing_dataset_fails_the_submission_with_the_reason(configured, archive_cube, send_all):
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CRISP"), dataset="NONE")
    archive_cube()
    assert send_all() == ["failed"]
    assert "no dataset NONE" in Submission.objects.get().error


def test_values_that_do_not_fit_are_left_out(configured, archive_cube, send_all):
    archive_cube({"SCANNUM": "five"})
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["scannum"] is None


def test_two_workers_never_send_the_same_submission(configured, archive_cube):
    archive_cube()
    assert claim_submission().oid == OID
    assert claim_submission() is None
    assert claim_submission(OID) is None


def test_a_submission_whose_worker_died_is_taken_again(configured, archive_cube):
    archive_cube()
    claim_submission()
    Submission.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim_submission().oid == OID


def test_a_change_while_it_is_sent_is_sent_again(configured, archive_cube, send_all, data_root):
    archive_cube()
    mine = claim_submission()
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody Else")
    ingest(IngestRequest(PATH))
    assert send(mine).state == "pending"
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["observer"] == "Somebody Else"


def test_a_deleted_cube_is_removed_with_its_location(submitted, configured, send_all):
    DataCube.objects.all().delete()
    send_all()
    assert configured.oids("CRISP") == []
    assert configured.locations("CRISP") == []
    assert not Submission.objects.exists()


def test_a_removal_survives_the_svo_being_down(submitted, configured, send_all):
    with configured.down():
        DataCube.objects.all().delete()
        assert send_all() == ["pending"]
    make_due()
    send_all()
    assert configured.oids("CRISP") == []


def test_a_cube_that_was_removed_while_the_svo_was_down_and_came_back_is_there(submitted, configured, send_all):
    with configured.down():
        DataCube.objects.all().delete()
        send_all()
        ingest(IngestRequest(PATH))
    make_due()
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == [OID]
