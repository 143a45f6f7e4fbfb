"""Two people of the staff decide at the same time, and one person asks twice, where the database allows that."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection

from accounts.access_requests.asking import AskingRefused, ask
from accounts.access_requests.decisions import Outcome, approve, close_settled, refuse
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.targets import Target
from datacubes.models import AccessRules, EmailGrant
from tests.accounts.access_requests.conftest import make_decider
from tests.support.archived_cubes import copy_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]
TRIES = 10


def all_at_once(*actions: Callable[[], object]) -> list[object]:
    """Do all actions at once, each on a connection of its own, and return their results or exceptions."""
    results: list[object] = [None] * len(actions)
    start = threading.Barrier(len(actions))

    def run(number: int) -> None:
        try:
            start.wait(10)
            results[number] = actions[number]()
        except (AskingRefused, DatabaseError) as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_one_decision_counts(cube, anna, mailoutbox):
    one, other = make_decider("one"), make_decider("other")
    for number in range(TRIES):
        EmailGrant.objects.all().delete()
        LogEntry.objects.all().delete()
        mailoutbox.clear()
        request = AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="x")
        second = (lambda key: approve(key, other)) if number % 2 else (lambda key: refuse(key, other, "No."))
        results = all_at_once(lambda: approve(request.pk, one), lambda: second(request.pk))  # noqa: B023
        assert Outcome.DECIDED in results
        request.refresh_from_db()
        assert {request.state, "left"} == {str(result).split()[0] for result in results}
        assert EmailGrant.objects.count() == (request.state == "approved")
        assert LogEntry.objects.filter(content_type__model="accessrequest").count() == len(mailoutbox) == 1


def test_a_person_asks_once_and_within_the_bound_however_fast(cube, anna, mailoutbox, monkeypatch):
    monkeypatch.setattr("accounts.access_requests.asking.MOST_A_DAY", 3)
    cubes = [copy_of(cube, f"copy {number}") for number in range(6)]
    same = all_at_once(*[lambda: ask(anna, Target("cube", cube.oid), "x")] * 6)
    assert sum(isinstance(result, AccessRequest) for result in same) == 1
    assert sum(isinstance(result, AskingRefused) for result in same) == 5
    results = all_at_once(*[lambda one=one: ask(anna, Target("cube", one.oid), "x") for one in cubes])
    assert sum(isinstance(result, AccessRequest) for result in results) == 2
    assert AccessRequest.objects.count() == len(mailoutbox) == 3


def test_an_approval_and_the_sweep_end_a_request_once(cube, anna, decider, mailoutbox):
    request = AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="x")
    AccessRules.objects.update(release_date="2020-01-01")
    all_at_once(lambda: approve(request.pk, decider), close_settled)
    request.refresh_from_db()
    assert (request.state, len(mailoutbox)) == ("closed", 1)


def test_a_person_is_deleted_while_staff_approve(cube, anna, decider):
    request = AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="x")
    results = all_at_once(lambda: approve(request.pk, decider), anna.delete)
    assert results[0] in (Outcome.APPROVED, Outcome.DECIDED)
    assert not AccessRequest.objects.exists()
