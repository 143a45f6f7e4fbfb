"""Which events are recorded: when cubes and orders change, in the transactions that change them."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import PermanentError
from datacubes.models import AccessRules, DataCube
from datacubes.steps.base import IngestRequest
from datacubes.withdrawal import change_all, restore, withdraw
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import ingest, read_cube, write_cube
from keeper.events.kinds import Kind
from keeper.events.models import Event
from keeper.events.recording import record
from keeper.events.upkeep import note_release_days
from tests.support.archived_cubes import RESTRICTED, copy_of
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out_next

pytestmark = pytest.mark.django_db


def test_a_new_cube_is_ingested_and_one_with_another_header_has_changed(archive_cube, kinds, data_root):
    cube = archive_cube()
    assert kinds() == ["cube.ingested"]
    event = Event.objects.get()
    assert (event.oid, event.path, event.message) == (cube.oid, cube.relative_path, "")
    edit_keyword(data_root / cube.relative_path, "OBSERVER", "Somebody Else")
    ingest(IngestRequest(cube.relative_path))
    assert kinds() == ["cube.changed"]


def test_an_unchanged_cube_is_no_event(archive_cube, kinds):
    cube = archive_cube()
    kinds()
    ingest(IngestRequest(cube.relative_path))
    assert kinds() == []


def test_an_event_costs_one_statement_and_none_if_nothing_changed(place_cube, data_root):
    def statements_of_events() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            ingest(IngestRequest(path))
        return [query["sql"][:40] for query in captured if "events_" in query["sql"] or "webhooks_" in query["sql"]]

    path = place_cube()
    assert statements_of_events() == ['INSERT INTO "events_event" ("number", "k']
    assert statements_of_events() == []
    edit_keyword(data_root / path, "OBSERVER", "Somebody Else")
    assert statements_of_events() == ['INSERT INTO "events_event" ("number", "k']


def test_an_ingestion_that_is_undone_is_no_event(place_cube, kinds):
    with read_cube(IngestRequest(place_cube())) as reading, transaction.atomic():
        write_cube(reading)
        transaction.set_rollback(True)
    assert kinds() == []


def test_a_companion_is_a_change_of_its_cube(place_cube, kinds):
    cube = ingest(IngestRequest(place_cube(path="2019-04-19/CRISP/nb_6173_2019-04-19T17:34:39_im.fits")))
    ingest(IngestRequest(place_cube(path="2019-04-19/CRISP/nb_6173_2019-04-19T17:34:39_sp.fits")))
    assert kinds() == ["cube.ingested", "cube.changed"]
    assert set(Event.objects.values_list("oid", flat=True)) == {cube.oid}


def test_a_cube_that_takes_the_file_of_another_withdraws_it(archive_cube, kinds):
    archive_cube()
    kinds()
    archive_cube({"DATE-BEG": "2019-04-20T10:00:00"}, oid="another")
    assert kinds() == ["cube.withdrawn", "cube.ingested"]


def test_staff_withdraw_and_restore(archive_cube, kinds):
    cube = archive_cube()
    kinds()
    change_all(DataCube.every.all(), lambda cube: withdraw(cube, "The calibration was wrong."))
    assert kinds() == ["cube.withdrawn"]
    assert Event.objects.get(kind="cube.withdrawn").message == "The calibration was wrong."
    change_all(DataCube.every.all(), restore)
    assert kinds() == ["cube.ingested"]
    cube.refresh_from_db()
    cube.delete()
    assert kinds() == ["cube.withdrawn"]


def test_an_order_that_fails_is_an_event_and_one_that_is_tried_again_is_none(kinds, settings):
    settings.ORDER_MAX_ATTEMPTS = 2
    settings.ORDER_RETRY_SECONDS = 0
    queue.post_order("a.fits", {})
    queue.hand_back(queue.claim("w"), "The storage is away.")
    assert kinds() == []
    queue.hand_back(queue.claim("w"), "The storage is away.")
    assert kinds() == ["order.failed"]
    event = Event.objects.get()
    assert (event.path, event.message) == ("a.fits", "The storage is away. Given up after 2 attempts.")


def test_an_order_whose_workers_die_is_an_event(kinds, settings, expire_lease):
    settings.ORDER_MAX_ATTEMPTS = 1
    queue.post_order("a.fits", {})
    expire_lease(queue.claim("w"))
    assert queue.claim("w") is None
    assert kinds() == ["order.failed"]


def test_an_order_that_was_posted_again_meanwhile_has_not_failed(kinds):
    queue.post_order("a.fits", {})
    claimed = queue.claim("w")
    queue.post_order("a.fits", {})
    queue.fail(claimed, "broken")
    assert kinds() == []


def test_a_cancelled_order_has_not_failed(kinds):
    queue.post_order("a.fits", {})
    queue.cancel(list(WorkOrder.objects.values_list("pk", flat=True)))
    assert kinds() == []


def test_texts_are_cut_to_what_fits():
    record(Kind.FILE_MISSING, oid="o" * 300, path="p" * 2000, message="m" * 9000)
    event = Event.objects.get()
    assert (len(event.oid), len(event.path), len(event.message)) == (255, 1000, 2000)


def test_a_file_that_cannot_be_ingested_leaves_the_event_of_its_order_alone(place_cube, kinds, nobody_writes):
    path = place_cube({"INSTRUME": "NEWCAM"})
    with pytest.raises(PermanentError):
        ingest(IngestRequest(path))
    queue.post_order(path, {})
    carry_out_next()
    assert kinds() == ["order.failed"]


class TestReleases:
    @pytest.fixture
    def restricted(self, archive_cube, kinds) -> DataCube:
        cube = archive_cube(RESTRICTED)
        kinds()
        return cube

    @pytest.fixture
    def today(self, monkeypatch) -> list[timedelta]:
        """Move the clock on by the sum of a list."""
        moved: list[timedelta] = []
        now = timezone.now
        monkeypatch.setattr("django.utils.timezone.now", lambda: now() + sum(moved, timedelta()))
        return moved

    def test_a_public_cube_that_is_new_was_not_released(self, archive_cube, kinds):
        archive_cube()
        note_release_days()
        assert kinds() == ["cube.ingested"]

    def test_rules_that_make_a_cube_public_release_it_once(self, restricted, kinds):
        rules = restricted.access
        rules.release_date = date(2020, 1, 1)
        rules.save()
        assert kinds() == ["cube.released"]
        rules.release_comment = "Another comment."
        rules.save()
        AccessRules.objects.get().save()
        note_release_days()
        assert kinds() == []

    def test_a_cube_that_was_restricted_again_can_be_released_again(self, restricted, kinds):
        for day in (date(2020, 1, 1), date(2999, 1, 1), date(2020, 1, 1)):
            AccessRules.objects.update(release_date=day)
        assert kinds() == ["cube.released", "cube.released"]

    def test_a_statement_that_makes_cubes_public_releases_those_that_were_not(self, restricted, kinds):
        copies = [copy_of(restricted, str(number)) for number in range(3)]
        AccessRules.objects.filter(pk=copies[0].pk).update(release_date=date(2020, 1, 1))
        assert kinds() == ["cube.released"]
        AccessRules.objects.bulk_create(
            [AccessRules(cube=cube, release_date=date(2020, 1, 1)) for cube in copies],
            update_conflicts=True,
            unique_fields=["cube"],
            update_fields=["release_date"],
        )
        assert kinds() == ["cube.released", "cube.released"]
        assert set(Event.objects.filter(kind="cube.released").values_list("oid", flat=True)) == {"0", "1", "2"}

    def test_a_header_with_an_earlier_date_releases_the_cube(self, restricted, kinds, data_root):
        edit_keyword(data_root / restricted.relative_path, "RELEASE", "2020-01-01")
        ingest(IngestRequest(restricted.relative_path))
        assert kinds() == ["cube.released", "cube.changed"]

    def test_a_beat_that_did_not_run_for_a_week_tells_all_once(self, restricted, kinds, today):
        for days in (1, 3, 7, 8):
            copy = copy_of(restricted, f"after {days}")
            AccessRules.objects.filter(cube=copy).update(release_date=timezone.now().date() + timedelta(days=days))
        assert note_release_days() == 0
        today.append(timedelta(days=7))
        assert note_release_days() == 3
        assert note_release_days() == 0
        assert kinds() == ["cube.released"] * 3
        today.append(timedelta(days=1))
        assert note_release_days() == 1

    def test_the_releases_of_more_cubes_than_are_looked_at_at_once(self, restricted, kinds, today, monkeypatch):
        monkeypatch.setattr("keeper.events.upkeep.CUBES_AT_ONCE", 2)
        for number in range(5):
            copy_of(restricted, str(number))
        AccessRules.objects.update(release_date=timezone.now().date() + timedelta(days=1))
        today.append(timedelta(days=1))
        assert note_release_days() == 6
        assert kinds() == ["cube.released"] * 6

    def test_a_withdrawn_cube_is_not_released(self, restricted, kinds, today):
        AccessRules.objects.update(release_date=timezone.now().date() + timedelta(days=1))
        change_all(DataCube.every.all(), lambda cube: withdraw(cube, "Wrong."))
        kinds()
        today.append(timedelta(days=2))
        note_release_days()
        assert kinds() == []
