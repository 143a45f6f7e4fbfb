"""Making the SVO the same as the archive: what the server holds afterwards, and what is refused."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from datacubes.models import DataCube, Instrument
from svo.models import InstrumentInSVO, Submission, Synchronisation
from svo.planning import Options, make_plan
from svo.synchronisation import synchronise
from tests.support.admin_actions import act

pytestmark = pytest.mark.django_db

OID = "2019-04-19T17:34:55.50395_6173_0-4"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def crisp_only(configured) -> None:
    """Leave the other instrument out, so that a test is about one dataset."""
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CHROMIS"), is_left_out=True)


@pytest.fixture
def cubes(crisp_only, archive_cube) -> list[DataCube]:
    """Three cubes that the SVO does not know."""
    return [
        archive_cube({"DATE-BEG": f"2019-04-0{day}T00:00:00"}, path=f"{day}.fits", oid=f"cube {day}")
        for day in (1, 2, 3)
    ]


def test_missing_records_are_added(cubes, configured):
    report = synchronise(Options())
    assert (report.added, report.updated, report.removed, report.failures) == (3, 0, 0, [])
    assert configured.oids("CRISP") == ["cube 1", "cube 2", "cube 3"]
    assert set(Submission.objects.values_list("state", flat=True)) == {"submitted"}


def test_if_all_records_are_up_to_date_nothing_is_written(cubes, configured):
    synchronise(Options())
    configured.forget_requests()
    report = synchronise(Options(update_existing=True))
    assert (report.added, report.updated, report.removed) == (0, 0, 0)
    assert set(configured.counts()) == {"GET"}


def test_records_of_deleted_cubes_are_removed_with_their_locations(cubes, configured):
    configured.fill("CRISP", 4)
    report = synchronise(Options())
    assert report.removed == 4
    assert configured.oids("CRISP") == ["cube 1", "cube 2", "cube 3"]
    assert len(configured.locations("CRISP")) == 3


def test_a_location_that_another_record_uses_stays(cubes, configured):
    synchronise(Options())
    shared = configured.record("CRISP", "cube 1")
    extra = {"oid": "extra", "data_location": shared["data_location"]["resource_uri"], "date_beg": shared["date_beg"]}
    configured.add_records("CRISP", [extra])
    assert synchronise(Options()).removed == 1
    assert configured.record("CRISP", "cube 1")["data_location"] is not None


def test_differing_records_are_updated_only_with_the_option(cubes, configured):
    synchronise(Options())
    metadata = DataCube.objects.get(oid="cube 2").metadata
    metadata.keywords["OBSERVER"] = "Somebody Else"
    metadata.save()
    assert synchronise(Options()).updated == 0
    assert synchronise(Options(update_existing=True)).updated == 1
    assert configured.record("CRISP", "cube 2")["observer"] == "Somebody Else"


def test_cubes_whose_submission_failed_are_added(cubes, configured):
    Submission.objects.update(state=Submission.State.FAILED)
    assert synchronise(Options()).added == 3


def test_a_change_that_fails_is_reported_and_does_not_stop_the_others(cubes, configured):
    configured.answer(500, oids=["cube 2"])
    report = synchronise(Options())
    assert report.added == 2
    assert [failure["what"] for failure in report.failures] == ["cube 2"]
    assert report.failures[0]["reason"]


def test_cubes_on_which_the_svo_fails_do_not_stop_the_others(cubes, archive_cube, configured):
    bad = [f"bad {number}" for number in range(5)]
    for number, oid in enumerate(bad):
        archive_cube({"DATE-BEG": f"2019-05-0{number + 1}T00:00:00"}, path=f"{oid}.fits", oid=oid)
    configured.fill("CRISP", 1)
    configured.answer(500, oids=bad)
    report = synchronise(Options())
    assert (report.added, report.removed) == (3, 1)
    assert [failure["what"] for failure in report.failures] == bad


def test_a_location_whose_removal_fails_is_removed_later(cubes, configured, send_all):
    [oid] = configured.fill("CRISP", 1)
    location = configured.record("CRISP", oid)["data_location"]
    configured.answer(500, methods=["DELETE"], oids=[str(location["id"])], times=1)
    report = synchronise(Options())
    assert (report.removed, report.failed) == (0, 1)
    Submission.objects.update(due_at=timezone.now())
    send_all()
    assert all(location["used_by"] for location in configured.locations("CRISP"))
    assert not Submission.objects.filter(oid=oid).exists()


def test_more_removals_than_the_share_are_refused(cubes, configured):
    configured.fill("CRISP", 11)
    report = synchronise(Options())
    assert (report.added, report.removed) == (3, 0)
    assert "--allow-mass-removal" in report.failures[0]["reason"]
    assert synchronise(Options(allow_mass_removal=True)).removed == 11


def test_an_archive_without_cubes_never_empties_the_svo(crisp_only, configured):
    configured.fill("CRISP", 2)
    report = synchronise(Options(allow_mass_removal=True))
    assert report.removed == 0
    assert "no cube of CRISP at all" in report.failures[0]["reason"]
    assert len(configured.oids("CRISP")) == 2


def test_only_one_runs_at_a_time(cubes, configured):
    Synchronisation.objects.create(alive_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(CommandError, match="Another synchronisation is running"):
        run("sync_with_svo")
    assert configured.oids("CRISP") == []


def test_a_dry_run_prints_the_plan_and_writes_nothing_anywhere(cubes, configured):
    configured.fill("CRISP", 1)
    before = list(Submission.objects.values())
    configured.forget_requests()
    printed = run("sync_with_svo", "--dry-run", "--verbose")
    assert "CRISP: 3 to add, 0 to update, 1 to remove" in printed
    assert "add cube 1" in printed
    assert set(configured.counts()) == {"GET"}
    assert list(Submission.objects.values()) == before
    assert not Synchronisation.objects.exists()


def test_the_command_reports_and_fails_if_anything_failed(cubes, configured):
    configured.answer(400, {"error": "Odd."}, oids=["cube 2"])
    with pytest.raises(CommandError, match="1 failed"):
        run("sync_with_svo", "--instrument", "CRISP")
    assert "2 added" in str(Synchronisation.objects.get())


def test_an_unknown_instrument_is_refused(configured):
    with pytest.raises(CommandError, match="Unknown instruments: NONE"):
        run("sync_with_svo", "--instrument", "NONE")


def test_without_a_configured_svo_the_commands_say_so(db):
    for command in (["sync_with_svo"], ["submit_to_svo", "--all-pending"]):
        with pytest.raises(CommandError, match="No SVO is configured"):
            run(*command)


def test_a_svo_that_is_down_is_reported(cubes, configured):
    with configured.down():
        report = synchronise(Options())
    assert [failure["what"] for failure in report.failures] == ["CRISP"]


@pytest.mark.parametrize("by", [0, -3, 3, 100, -100])
def test_pages_that_skip_or_repeat_records_while_they_are_read_lose_nothing(cubes, configured, by):
    configured.fill("CRISP", 250)
    configured.set_cached_count("CRISP", 120)
    configured.shift_pages(by)
    plan = make_plan("CRISP", [Instrument.objects.get(name="CRISP")], Options())
    assert (len(plan.add), len(plan.remove)) == (3, 250)


def test_submit_to_svo_sends_named_cubes_and_all_that_wait(cubes, configured):
    assert "cube 1: Submit: done" in run("submit_to_svo", "-o", "cube 1")
    assert configured.oids("CRISP") == ["cube 1"]
    assert run("submit_to_svo", "--all-pending") == "cube 2: Submit: done\ncube 3: Submit: done\n2 cubes, 0 failed.\n"
    assert len(configured.oids("CRISP")) == 3
    with pytest.raises(CommandError, match="no cube none"):
        run("submit_to_svo", "--observation-id", "none")


def test_submit_to_svo_fails_if_one_failed(cubes, configured):
    configured.answer(400, {"error": "Odd."}, oids=["cube 1"])
    with pytest.raises(CommandError, match="1 of 1"):
        run("submit_to_svo", "-o", "cube 1")


def test_the_report_and_the_submissions_are_seen_in_the_admin(cubes, configured, admin_client, monkeypatch):
    configured.answer(400, {"error": "<b>Odd</b>."}, oids=["cube 2"])
    report = synchronise(Options())
    page = admin_client.get(f"/admin/svo/synchronisation/{report.pk}/change/").content.decode()
    assert "&lt;b&gt;Odd&lt;/b&gt;" in page
    assert "cube 2" in admin_client.get("/admin/svo/submission/?state__exact=failed").content.decode()
    failed = Submission.objects.get(oid="cube 2")
    sent: list[str] = []
    monkeypatch.setattr("svo.admin.send_wake_up", lambda task: sent.append(task.name))
    assert "1 queued for the SVO." in act(admin_client, "/admin/svo/submission/", "submit_again", failed)
    assert sent == ["svo.tasks.sweep_submissions"]
    failed.refresh_from_db()
    assert failed.state == "pending"


def test_the_page_of_a_cube_shows_its_state_in_the_svo(submitted, admin_client):
    page = f"/admin/datacubes/datacube/{submitted.pk}/change/"
    assert ">Submitted</span>" in admin_client.get(page).content.decode()
    Submission.objects.update(state=Submission.State.FAILED, error="<b>Odd</b>")
    assert ">Failed</span>: &lt;b&gt;Odd&lt;/b&gt;" in admin_client.get(page).content.decode()
