"""What happens to the archive, to the SVO and to the process while a synchronisation runs."""

import io
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from datacubes.models import DataCube, Instrument
from devtools.svo import KeywordDefinition
from svo import synchronisation
from svo.client import SvoClient
from svo.models import InstrumentInSVO, Submission, Synchronisation
from svo.planning import Options, make_plan
from svo.synchronisation import AlreadyRunning, synchronise

pytestmark = pytest.mark.django_db

UPDATE = Options(update_existing=True)


@pytest.fixture
def crisp(configured) -> Instrument:
    """The only instrument that is in the SVO."""
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CHROMIS"), is_left_out=True)
    return Instrument.objects.get(name="CRISP")


@pytest.fixture
def make_cubes(crisp, archive_cube):
    """Return a function that makes cubes that the SVO does not know."""

    def make_cubes(number: int) -> list[DataCube]:
        return [
            archive_cube({"DATE-BEG": f"2019-04-{day + 1:02}T00:00:00"}, path=f"{day}.fits", oid=f"cube {day}")
            for day in range(number)
        ]

    return make_cubes


def before(what: str, act: Callable[[], object]) -> Callable[[Iterable, str], Iterator]:
    """Return a way to track a synchronisation that does something before a part of it begins."""

    def track(items: Iterable, part: str) -> Iterator:
        if part.endswith(what):
            act()
        yield from items

    return track


def test_a_cube_that_is_deleted_meanwhile_is_not_added(make_cubes, configured, send_all):
    make_cubes(2)
    report = synchronise(Options(), before("adding", DataCube.objects.get(oid="cube 1").delete))
    assert report.added == 1
    send_all()
    assert configured.oids("CRISP") == ["cube 0"]


def test_the_removal_of_a_cube_that_is_deleted_meanwhile_is_not_lost(make_cubes, configured, send_all):
    make_cubes(2)
    send_all()
    Submission.objects.update(state="failed")
    report = synchronise(Options(), before("updating", DataCube.objects.get(oid="cube 1").delete))
    assert report.updated == 1
    send_all()
    assert configured.oids("CRISP") == ["cube 0"]
    assert len(configured.locations("CRISP")) == 1


def test_a_cube_that_is_ingested_meanwhile_is_not_removed(make_cubes, archive_cube, configured):
    make_cubes(1)
    [oid] = configured.fill("CRISP", 1)
    report = synchronise(Options(), before("removing", lambda: archive_cube(path="new.fits", oid=oid)))
    assert report.removed == 0
    assert configured.record("CRISP", oid)["data_location"] is not None


def test_a_cube_that_comes_back_while_its_record_is_removed_is_sent_again(
    make_cubes, archive_cube, configured, send_all, monkeypatch
):
    make_cubes(1)
    [oid] = configured.fill("CRISP", 1)
    delete = SvoClient.delete

    def come_back_first(client: SvoClient, metadata_uri: str, oid: str) -> bool:
        archive_cube({"DATE-BEG": "2019-05-01T00:00:00"}, path="new.fits", oid=oid)
        return delete(client, metadata_uri, oid)

    with monkeypatch.context() as patch:
        patch.setattr(SvoClient, "delete", come_back_first)
        synchronise(Options())
    send_all()
    assert configured.oids("CRISP") == [oid, "cube 0"]


def test_a_cube_that_is_ingested_and_sent_while_the_list_is_read_is_not_removed(
    make_cubes, archive_cube, configured, send_all
):
    make_cubes(1)

    def ingest_and_send() -> None:
        archive_cube({"DATE-BEG": "2019-05-01T00:00:00"}, path="new.fits", oid="new")
        send_all()

    assert synchronise(Options(), before("comparing", ingest_and_send)).removed == 0
    assert configured.oids("CRISP") == ["cube 0", "new"]


def test_cubes_whose_update_waits_or_failed_are_included_without_being_asked_for(make_cubes, configured, send_all):
    waiting, failed = make_cubes(2)
    send_all()
    for cube, state in ((waiting, "pending"), (failed, "failed")):
        cube.metadata.keywords["OBSERVER"] = "Somebody Else"
        cube.metadata.save()
        Submission.objects.filter(oid=cube.oid).update(state=state)
    assert synchronise(Options()).updated == 2
    assert {configured.record("CRISP", oid)["observer"] for oid in configured.oids("CRISP")} == {"Somebody Else"}


def test_a_cube_that_cannot_be_sent_does_not_stop_the_plan(make_cubes, configured, send_all):
    make_cubes(2)
    send_all()
    DataCube.objects.get(oid="cube 0").metadata.delete()
    assert synchronise(UPDATE).failures == []


def test_locations_that_removed_records_share_go_with_the_last(make_cubes, configured):
    make_cubes(1)
    shared_by_three(configured)
    assert synchronise(Options()).removed == 3
    assert [location["used_by"] for location in configured.locations("CRISP")] == [["cube 0"]]


def test_a_location_stays_if_a_record_that_shares_it_could_not_be_removed(make_cubes, configured):
    make_cubes(1)
    first, *_ = shared_by_three(configured)
    configured.answer(400, {"error": "Odd."}, methods=["DELETE"], oids=[first])
    assert synchronise(Options()).removed == 2
    assert configured.record("CRISP", first)["data_location"] is not None


def shared_by_three(configured) -> list[str]:
    [first] = configured.fill("CRISP", 1)
    uri = configured.record("CRISP", first)["data_location"]["resource_uri"]
    others = ["x", "y"]
    configured.add_records("CRISP", [{"oid": oid, "data_location": uri} for oid in others])
    return [first, *others]


def test_if_the_svo_becomes_unavailable_the_rest_waits_for_the_next_time(make_cubes, configured):
    make_cubes(8)
    configured.drop(methods=["POST"])
    report = synchronise(Options())
    assert (report.added, report.failed) == (0, synchronisation.STOP_AFTER + 1)
    assert "The next synchronisation continues" in report.failures[-1]["reason"]
    configured.clear_faults()
    assert synchronise(Options()).added == 8


def test_if_the_credentials_are_refused_nothing_more_is_tried(make_cubes, configured):
    make_cubes(3)
    configured.answer(401, methods=["POST"])
    report = synchronise(Options())
    assert configured.counts()["POST"] == 1
    assert "does not let this account write" in report.failures[-1]["reason"]


def test_an_unavailable_storage_shows_nothing_as_offline(make_cubes, configured, send_all, data_root):
    make_cubes(1)
    send_all()
    data_root.rename(data_root.parent / "away")
    report = synchronise(UPDATE)
    assert (report.updated, report.failed) == (0, 1)
    assert "science data folder" in report.failures[0]["reason"]
    assert configured.record("CRISP", "cube 0")["data_location"]["offline"] is False


def test_a_synchronisation_whose_process_died_is_followed_by_the_next_and_does_not_count_as_ended(crisp, admin_client):
    dead = Synchronisation.objects.create(alive_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(RuntimeError):
        synchronise(Options(), before("comparing", fail))
    dead.refresh_from_db()
    assert (dead.failed, dead.finished_at, dead.is_running) == (1, None, None)
    page = admin_client.get(f"/admin/svo/synchronisation/{dead.pk}/change/").content.decode()
    assert page.count("rocess died") == 2


def test_a_synchronisation_that_ends_early_says_so(crisp):
    with pytest.raises(RuntimeError):
        synchronise(Options(), before("comparing", fail))
    report = Synchronisation.objects.get()
    assert (report.failed, report.is_running) == (1, None)
    assert "unforeseen" in report.failures[0]["reason"]


def fail() -> None:
    raise RuntimeError("unforeseen")


def test_a_synchronisation_that_counted_as_dead_stops(make_cubes, configured, monkeypatch):
    monkeypatch.setattr(synchronisation, "SAVED_EVERY_SECONDS", 0)
    make_cubes(2)

    def take_over() -> None:
        Synchronisation.objects.update(is_running=None)

    with pytest.raises(AlreadyRunning):
        synchronise(Options(), before("adding", take_over))
    assert len(configured.oids("CRISP")) == 1


def test_a_running_synchronisation_can_be_watched(make_cubes, monkeypatch):
    monkeypatch.setattr(synchronisation, "SAVED_EVERY_SECONDS", 0)
    make_cubes(2)
    seen = []
    synchronise(Options(), before("removing", lambda: seen.append(Synchronisation.objects.get().added)))
    assert seen == [2]


def test_an_invalid_share_removes_nothing(make_cubes, configured, settings):
    make_cubes(1)
    configured.fill("CRISP", 1)
    settings.SVO_MAX_REMOVALS = 10  # Meant as per cent.
    report = synchronise(Options(allow_mass_removal=True))
    assert report.removed == 0
    assert "must be a share between 0 and 1" in report.failures[0]["reason"]


def test_a_dry_run_shows_the_other_plans_if_one_cannot_be_made(make_cubes, configured):
    make_cubes(1)
    InstrumentInSVO.objects.update(is_left_out=False, dataset="NONE")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 failed"):
        call_command("sync_with_svo", "--dry-run", stdout=out)
    assert "NONE: The SVO has no dataset NONE" in out.getvalue()
    assert "CRISP: 1 to add" in out.getvalue()


def test_each_change_is_printed_with_the_option(make_cubes, configured):
    make_cubes(1)
    [oid] = configured.fill("CRISP", 1)
    out = io.StringIO()
    call_command("sync_with_svo", "--verbose", stdout=out)
    assert "cube 0: added\n" in out.getvalue()
    assert f"{oid}: removed\n" in out.getvalue()


def test_many_records_take_a_request_for_each_page_and_no_more_memory_than_a_tenth_of_them(crisp, configured):
    configured.add_dataset("CRISP", [KeywordDefinition("DATE-BEG", "time (ISO 8601)")])

    def peak() -> int:
        tracemalloc.start()
        plan = make_plan("CRISP", [crisp], Options())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(plan.remove) == len(configured.oids("CRISP"))
        return peak

    configured.fill("CRISP", 300)
    peak()
    for_a_tenth = peak()
    configured.fill("CRISP", 2_700, first=300)
    configured.forget_requests()
    for_all = peak()
    assert len(configured.requests) <= 34
    assert for_all < 1.2 * for_a_tenth
