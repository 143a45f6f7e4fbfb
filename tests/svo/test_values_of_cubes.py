"""What of a cube's header and file arrives in the SVO, whatever the header holds."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.svo import KeywordDefinition
from ingestion.conductor import ingest
from svo.models import Submission
from svo.planning import Options
from svo.synchronisation import synchronise
from tests.support.raw_fits import tiny_cube

pytestmark = pytest.mark.django_db

OID = "2019-04-19T17:34:55.50395_6173_0-4"
LONG = "abcde fghi" * 100


@pytest.fixture
def submit(configured, data_root, send_all):
    """Return a function that submits the tiny cube with other cards and returns its record."""

    def submit(**cards: str) -> dict:
        (data_root / "tiny.fits").write_bytes(tiny_cube(**cards))
        ingest(IngestRequest("tiny.fits"))
        assert send_all() == ["submitted"], Submission.objects.get().error
        return configured.record("CRISP", OID)

    return submit


@pytest.mark.parametrize("value", ["NaN", "Inf", "-Infinity", "1E999", "'text'"])
def test_a_value_that_is_not_a_number_is_null(submit, value):
    assert submit(XPOSURE=f"XPOSURE = {value:>20}")["xposure"] is None


def test_a_whole_float_is_an_integer_and_another_is_left_out_with_a_log_line(submit, caplog):
    caplog.set_level(logging.INFO, "svo")
    record = submit(SCANNUM="SCANNUM = 60.0", FILLED="FILLED  = 60.5")
    assert (record["scannum"], record["filled"]) == (60, None)
    assert f"{OID}: FILLED is left out of the SVO's record: “60.5” is not a whole number" in caplog.text


def test_a_value_of_a_thousand_characters_arrives_whole(submit):
    pieces = [LONG[start : start + 60] for start in range(0, len(LONG), 60)]
    cards = [f"OBJECT  = '{pieces[0]}&'", *(f"CONTINUE  '{piece}&'" for piece in pieces[1:-1])]
    cards.append(f"CONTINUE  '{pieces[-1]}'")
    assert submit(OBJECT="".join(card.ljust(80) for card in cards))["object"] == LONG


def test_a_keyword_of_an_unknown_type_is_left_out_and_the_rest_is_sent(submit, configured, caplog):
    caplog.set_level(logging.INFO, "svo")
    configured.add_dataset("CRISP", [KeywordDefinition("OBSERVER", "complex"), KeywordDefinition("FILTER1", "text")])
    record = submit(OBSERVER="OBSERVER= 'Somebody'")
    assert record["filter1"] == "6173"
    assert record["observer"] is None
    assert "“complex”, is unknown to the archive" in caplog.text


def test_the_record_of_a_cube_without_thumbnail_has_none(configured, archive_cube, send_all):
    archive_cube().image_previews.all().delete()
    send_all()
    assert configured.record("CRISP", OID)["data_location"]["thumbnail_url"] is None


def test_the_record_of_a_cube_whose_file_was_replaced_by_another_is_removed(
    submitted, configured, archive_cube, send_all
):
    archive_cube({"DATE-BEG": "2019-04-20T00:00:00"})
    send_all()
    [other] = configured.oids("CRISP")
    assert other != OID
    assert configured.record("CRISP", other)["data_location"]["offline"] is False


def test_a_cube_whose_file_is_missing_is_offline(submitted, configured, data_root, send_all):
    (data_root / "another file").touch()
    (data_root / submitted.relative_path).unlink()
    send_again(submitted)
    assert send_all() == ["submitted"]
    assert configured.record("CRISP", OID)["data_location"]["offline"] is True


def test_an_unavailable_storage_makes_nothing_offline(submitted, configured, data_root, send_all):
    data_root.rename(data_root.parent / "away")
    send_again(submitted)
    assert send_all() == ["pending"]
    assert "science data folder" in Submission.objects.get().error
    data_root.mkdir()  # A place where nothing is mounted yet.
    Submission.objects.update(due_at=timezone.now())
    assert send_all() == ["pending"]
    assert configured.record("CRISP", OID)["data_location"]["offline"] is False


def send_again(cube: DataCube) -> None:
    Submission.objects.filter(oid=cube.oid).update(state="pending", due_at=timezone.now(), digest="")


def offline(svo) -> bool:
    return svo.record("CRISP", OID)["data_location"]["offline"]


def test_a_cube_that_is_not_public_is_offline_until_its_release_day(configured, archive_cube, send_all, monkeypatch):
    archive_cube({"RELEASE": "2999-12-31"})
    assert send_all() == ["submitted"]
    assert offline(configured) is True
    for hours, expected in ((-1, True), (0, False)):
        now = datetime(2999, 12, 31, tzinfo=UTC) + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert synchronise(Options(update_existing=True)).updated == (not expected)
        assert offline(configured) is expected


def test_a_restricted_cube_is_offline(configured, archive_cube, send_all):
    archive_cube({"RELEASE": None})
    assert send_all() == ["submitted"]
    assert offline(configured) is True


def test_a_record_valued_card_of_text_reaches_its_field(submit):
    record = submit(DW3="DW3     = 'NAME: Cavity error: the first'".ljust(80) + "DW3     = 'AXIS.1: 1'")
    assert (record["dw3_name"], record["dw3_axis1"]) == ("Cavity error: the first", 1)
