"""Events of transactions that commit in another order than they took their ids: no reader misses one."""

import threading

import pytest
from django.db import connection, connections, transaction

from datacubes.models import AccessRules
from keeper.events.kinds import Kind
from keeper.events.models import Event
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.events.upkeep import note_release_days
from tests.support.archived_cubes import RESTRICTED

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Writers of SQLite wait for each other."),
]


class Other:
    """A transaction in a thread of its own, which commits when it is told to."""

    def __init__(self, action) -> None:
        self._action, self._done, self._commit = action, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._done.wait(10)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self._action()
                self._done.set()
                assert self._commit.wait(10)
        finally:
            connections.close_all()

    def commit(self) -> None:
        self._commit.set()
        self._thread.join()


def test_an_event_that_is_committed_late_comes_after_those_that_were_read(events):
    slow = Other(lambda: record(Kind.CUBE_CHANGED, oid="slow"))
    record(Kind.CUBE_CHANGED, oid="quick")
    first = events()
    assert [event["oid"] for event in first["results"]] == ["quick"]
    slow.commit()
    assert Event.objects.get(oid="slow").pk < Event.objects.get(oid="quick").pk
    second = events(after=first["next_after"])
    assert [event["oid"] for event in second["results"]] == ["slow"]
    assert [event["id"] for event in first["results"] + second["results"]] == [1, 2]


def test_who_numbers_waits_for_another_who_does(events):
    record(Kind.CUBE_CHANGED, oid="first")
    numbering = Other(number_events)
    record(Kind.CUBE_CHANGED, oid="second")
    waiting = threading.Thread(target=lambda: (number_events(), connections.close_all()))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    numbering.commit()
    waiting.join()
    assert [(event["id"], event["oid"]) for event in events()["results"]] == [(1, "first"), (2, "second")]


def test_many_writers_and_readers(events):
    """Each event is read once, in the order of its number, while writers commit in any order."""
    writers, each = 4, 25

    def write(number: int) -> None:
        try:
            for index in range(each):
                with transaction.atomic():
                    record(Kind.CUBE_CHANGED, oid=f"{number}-{index}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    for thread in threads:
        thread.start()
    read, after = [], 0
    while any(thread.is_alive() for thread in threads) or events(after=after)["results"]:
        page = events(after=after, limit=7)
        read += page["results"]
        after = page["next_after"]
    assert [event["id"] for event in read] == list(range(1, writers * each + 1))
    assert {event["oid"] for event in read} == {f"{n}-{i}" for n in range(writers) for i in range(each)}


def test_two_tasks_note_a_release_once(archive_cube):
    archive_cube(RESTRICTED)
    AccessRules.objects.update(release_date="2020-01-01")
    Event.objects.all().delete()
    connection.cursor().execute("UPDATE datacubes_accessrules SET was_public = false")
    other = Other(note_release_days)
    waiting = threading.Thread(target=lambda: (note_release_days(), connections.close_all()))
    waiting.start()
    waiting.join(0.3)
    other.commit()
    waiting.join()
    assert Event.objects.filter(kind=Kind.CUBE_RELEASED).count() == 1
