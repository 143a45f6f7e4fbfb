"""Tags in the SVO: those of the archive follow its cubes, those of the curators stay."""

import logging

import pytest

from datacubes.models import Tag
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import ingest
from svo.checks import check_vocabularies
from svo.models import Submission
from svo.planning import Options
from svo.synchronisation import synchronise

pytestmark = pytest.mark.django_db

PATH = "2019-04-19/CRISP/cube.fits"
OID = "2019-04-19T17:34:55.50395_6173_0-4"
LONG = "A word of more than 30 characters"


def tags(svo, oid: str = OID) -> set[str]:
    return {tag["name"] for tag in svo.record("CRISP", oid)["tags"]}


@pytest.fixture
def with_long_word(settings, tmp_path):
    """Let the vocabulary of features have a word that the SVO does not take."""
    (tmp_path / "features.txt").write_text(f"Sunspot\nPore\n{LONG}\n")
    settings.TAG_VOCABULARIES = settings.TAG_VOCABULARIES | {"feature": str(tmp_path / "features.txt")}


def test_tags_of_curators_stay_and_those_of_the_archive_follow_the_cube(submitted, configured, data_root, send_all):
    configured.set_tags("CRISP", OID, ["Sunspot", "Pore", "Flux rope, maybe"])
    configured.forget_requests()
    edit_keyword(data_root / PATH, "FEATURES", "Sunspot,Filament")
    ingest(IngestRequest(PATH))
    assert send_all() == ["submitted"]
    assert tags(configured) == {"Sunspot", "Filament", "Flux rope, maybe"}
    assert configured.counts() == {"GET": 1, "PATCH": 1}
    assert synchronise(Options(update_existing=True)).updated == 0


def test_tags_of_curators_are_not_a_difference_but_a_tag_that_they_removed_is(submitted, configured):
    configured.set_tags("CRISP", OID, ["Sunspot", "Pore", "Flux rope, maybe"])
    assert synchronise(Options(update_existing=True)).updated == 0
    configured.set_tags("CRISP", OID, ["Sunspot", "Flux rope, maybe"])
    assert synchronise(Options(update_existing=True)).updated == 1
    assert tags(configured) == {"Sunspot", "Pore", "Flux rope, maybe"}


def test_a_word_in_other_letters_is_the_archive_s_own(submitted, configured):
    configured.set_tags("CRISP", OID, ["sunspot", "Pore"])
    assert synchronise(Options(update_existing=True)).updated == 1
    assert tags(configured) == {"Sunspot", "Pore"}


def test_a_record_that_was_made_elsewhere_keeps_its_curators_tags(configured, archive_cube, send_all):
    [oid] = configured.fill("CRISP", 1)
    configured.set_tags("CRISP", oid, ["Flux rope, maybe", "Flare"])
    archive_cube(oid=oid)
    assert send_all() == ["submitted"]
    assert tags(configured, oid) == {"Flux rope, maybe", "Sunspot", "Pore"}


def test_a_tag_that_is_too_long_is_left_out_and_reported(
    configured, archive_cube, send_all, with_long_word, caplog, admin_client
):
    caplog.set_level(logging.INFO, "svo")
    archive_cube({"FEATURES": f"Sunspot,{LONG}"})
    assert Tag.objects.filter(name=LONG).exists()
    assert send_all() == ["submitted"]
    assert tags(configured) == {"Sunspot"}
    reason = "a tag of the SVO has at most 30 characters, this one has 33"
    submission = Submission.objects.get()
    assert submission.left_out[-1:] == [{"what": f"the tag “{LONG}”", "reason": reason}]
    assert f"{OID}: the tag “{LONG}” is left out of the SVO's record: {reason}" in caplog.text
    page = admin_client.get(f"/admin/svo/submission/{submission.pk}/change/").content.decode()
    assert f"<li>the tag “{LONG}”: {reason}</li>" in page
    assert synchronise(Options(update_existing=True)).updated == 0


def test_values_that_are_left_out_are_listed_on_the_page_until_they_fit(
    configured, archive_cube, send_all, data_root, admin_client
):
    archive_cube({"SCANNUM": "five <b>"})
    assert send_all() == ["submitted"]
    url = f"/admin/svo/submission/{Submission.objects.get().pk}/change/"
    assert "<li>SCANNUM: “five &lt;b&gt;” is not a number</li>" in admin_client.get(url).content.decode()
    edit_keyword(data_root / PATH, "SCANNUM", 5)
    ingest(IngestRequest(PATH))
    assert send_all() == ["submitted"]
    assert "SCANNUM" not in admin_client.get(url).content.decode()


def test_words_that_the_svo_refuses_are_reported_at_the_start(configured, with_long_word, settings):
    [message] = check_vocabularies()
    assert (message.id, LONG in message.msg, "Sunspot" in message.msg) == ("svo.W002", True, False)
    settings.SVO_API_URL = ""
    assert check_vocabularies() == []


def test_the_project_s_own_vocabularies_have_only_words_that_the_svo_accepts(configured):
    assert check_vocabularies() == []


def test_a_tag_that_the_svo_refuses_nevertheless_fails_with_its_message_and_can_be_sent_later(
    configured, archive_cube, send_all, monkeypatch
):
    monkeypatch.setattr("devtools.svo.validation.MAX_TAG_LENGTH", 4)
    archive_cube()
    assert send_all() == ["failed"]
    assert "at most 4 characters" in Submission.objects.get().error
    assert (configured.oids("CRISP"), tags(configured), len(configured.locations("CRISP"))) == ([OID], set(), 1)
    monkeypatch.setattr("devtools.svo.validation.MAX_TAG_LENGTH", 30)
    assert synchronise(Options()).updated == 1
    assert tags(configured) == {"Sunspot", "Pore"}
    assert len(configured.locations("CRISP")) == 1
