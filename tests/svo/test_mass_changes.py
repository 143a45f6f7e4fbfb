"""A synchronisation does not take something from many records at once, unless it is allowed to."""

import io

import pytest
from django.core.management import call_command

from datacubes.models import AccessRules, DataCube, Instrument
from svo.models import InstrumentInSVO, Submission
from svo.planning import Options
from svo.synchronisation import synchronise

pytestmark = pytest.mark.django_db

UPDATE = Options(update_existing=True)
ALLOWED = Options(update_existing=True, allow_mass_change=True)


@pytest.fixture(autouse=True)
def cubes(configured, archive_cube, monkeypatch) -> None:
    """Three cubes that the SVO has, of which one may lose something at once."""
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CHROMIS"), is_left_out=True)
    for day in (1, 2, 3):
        archive_cube({"DATE-BEG": f"2019-04-0{day}T00:00:00"}, path=f"{day}.fits", oid=f"cube {day}")
    assert synchronise(Options()).added == 3
    monkeypatch.setattr("svo.planning.SMALL_REMOVAL", 1)


def records(svo) -> list[dict]:
    return [svo.record("CRISP", f"cube {day}") for day in (1, 2, 3)]


def offline(svo) -> list[bool]:
    return [record["data_location"]["offline"] for record in records(svo)]


def change_observer(oid: str) -> None:
    metadata = DataCube.objects.get(oid=oid).metadata
    metadata.keywords["OBSERVER"] = "Somebody Else"
    metadata.save()


def test_few_records_go_offline_and_those_already_offline_do_not_count(configured, data_root):
    for day in (1, 2):
        (data_root / f"{day}.fits").unlink()
        report = synchronise(UPDATE)
        assert (report.updated, report.failures) == (1, [])
    assert offline(configured) == [True, True, False]


def test_a_lost_mount_sets_nothing_offline_and_the_rest_is_updated(configured, data_root):
    for day in (1, 2):
        (data_root / f"{day}.fits").unlink()
    change_observer("cube 3")
    report = synchronise(UPDATE)
    assert (report.updated, offline(configured)) == (1, [False] * 3)
    assert records(configured)[2]["observer"] == "Somebody Else"
    [failure] = report.failures
    assert failure["reason"].startswith(
        "2 of 3 records of CRISP would go offline, as their files are missing, more than 1: they stay unchanged."
    )
    assert synchronise(ALLOWED).updated == 2
    assert offline(configured) == [True, True, False]


def test_any_number_of_cubes_that_are_not_public_goes_offline(configured):
    AccessRules.objects.update(release_date="2999-12-31")
    report = synchronise(UPDATE)
    assert (report.updated, report.failures, offline(configured)) == (3, [], [True] * 3)


def test_another_host_is_refused(configured, settings):
    settings.ARCHIVE_BASE_URL = "https://new.example"
    report = synchronise(UPDATE)
    assert report.updated == 0
    assert "3 of 3 records of CRISP would have links to another host" in report.failures[0]["reason"]
    assert all("//archive.example/" in record["data_location"]["file_url"] for record in records(configured))
    assert synchronise(ALLOWED).updated == 3
    assert all("//new.example/" in record["data_location"]["file_url"] for record in records(configured))


def test_tags_that_are_lost_are_refused_and_new_ones_are_not(configured):
    for day in (1, 2):
        DataCube.objects.get(oid=f"cube {day}").tags.clear()
    configured.set_tags("CRISP", "cube 3", [])
    report = synchronise(UPDATE)
    assert [len(record["tags"]) for record in records(configured)] == [2, 2, 2]
    assert "2 of 3 records of CRISP would lose tags" in report.failures[0]["reason"]
    assert synchronise(ALLOWED).updated == 2
    assert [len(record["tags"]) for record in records(configured)] == [0, 0, 2]


def test_submissions_that_failed_are_guarded_without_an_update_too(configured, data_root):
    for day in (1, 2):
        (data_root / f"{day}.fits").unlink()
    Submission.objects.update(state=Submission.State.FAILED)
    report = synchronise(Options())
    assert (report.updated, report.failed, offline(configured)) == (1, 1, [False] * 3)


def test_the_share_is_that_of_the_setting(configured, data_root, settings):
    for day in (1, 2):
        (data_root / f"{day}.fits").unlink()
    settings.SVO_MAX_REMOVALS = 0.7
    assert synchronise(UPDATE).updated == 2


def test_the_command_says_what_is_held_back_and_has_the_option(configured, settings):
    settings.ARCHIVE_BASE_URL = "https://new.example"
    out = io.StringIO()
    call_command("sync_with_svo", "--dry-run", "--update-existing", stdout=out)
    assert "CRISP: 0 to add, 0 to update, 0 to remove" in out.getvalue()
    assert "run sync_with_svo --update-existing --allow-mass-change" in out.getvalue()
    call_command("sync_with_svo", "--update-existing", "--allow-mass-change", stdout=out)
    assert "0 added, 3 updated, 0 removed, 0 failed" in out.getvalue()
