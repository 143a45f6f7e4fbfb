"""Requests end well when their cube, group or person is gone, or the cube is public."""

import pytest
from django.contrib.auth.models import User

from accounts.access_requests.decisions import close_settled
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.tasks import sweep_access_requests
from datacubes.models import AccessRules, DataCube, EmailGrant
from datacubes.withdrawal import restore, withdraw
from tests.accounts.access_requests.conftest import ADMIN
from tests.support.admin_actions import act, choose, confirm


@pytest.fixture
def asked(cube, anna) -> AccessRequest:
    return AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="For my thesis.")


@pytest.fixture
def asked_for_observation(cube, anna) -> AccessRequest:
    return AccessRequest.objects.create(
        person=anna, kind="observation", target=cube.observation.point_id, text="For my thesis."
    )


def release(cube: DataCube) -> None:
    AccessRules.objects.filter(cube=cube).update(release_date="2020-01-01")


def withdraw_it(cube: DataCube) -> None:
    withdraw(cube, "Wrong.")


def delete(cube: DataCube) -> None:
    cube.delete()


WAYS = pytest.mark.parametrize(
    ("change", "reason"),
    [
        (release, "This cube is public: everybody can download it."),
        (withdraw_it, "This cube was withdrawn or removed."),
        (delete, "This cube was withdrawn or removed."),
    ],
)


@WAYS
def test_an_approval_closes_what_leaves_nothing_to_give(asked, cube, decider_page, mailoutbox, change, reason):
    question = choose(decider_page, ADMIN, "approve", asked)
    change(cube)
    assert "1 closed, as there was nothing to give." in confirm(decider_page, ADMIN, question)
    asked.refresh_from_db()
    assert (asked.state, asked.answer) == ("closed", reason)
    assert not EmailGrant.objects.exists()
    assert reason in mailoutbox[0].body


@WAYS
def test_the_sweep_closes_what_leaves_nothing_to_give(asked, asked_for_observation, cube, mailoutbox, change, reason):
    sweep_access_requests()
    assert AccessRequest.objects.filter(state="waiting").count() == 2
    change(cube)
    for _ in range(2):
        sweep_access_requests()
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.decided_by) == ("closed", reason, None)
    assert AccessRequest.objects.filter(state="closed").count() == len(mailoutbox) == 2


def test_an_observation_with_another_restricted_cube_stays(asked_for_observation, cube, other_cube):
    release(cube)
    assert close_settled() == 0


def test_a_cube_that_is_restored_in_time_stays(asked, cube):
    withdraw_it(cube)
    restore(cube)
    assert close_settled() == 0


def test_the_pages_show_requests_for_what_is_gone(asked, cube, browser, decider_page):
    cube.delete()
    assert cube.oid in browser.get("/accounts/requests/").content.decode()
    assert cube.oid in decider_page.get(f"{ADMIN}{asked.pk}/change/").content.decode()


def test_a_deleted_person_takes_their_requests_along(asked, anna, admin_client, decider_page, mailoutbox):
    question = choose(decider_page, ADMIN, "approve", asked)
    admin_client.post(f"/admin/auth/user/{anna.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="anna").exists()
    assert not AccessRequest.objects.exists()
    assert "1 left alone: decided already, or deleted." in confirm(decider_page, ADMIN, question)
    assert not EmailGrant.objects.exists()


def test_the_request_of_a_closed_account_is_closed_without_mail(asked, decider_page, mailoutbox):
    User.objects.filter(username="anna").update(is_active=False)
    assert "1 closed" in act(decider_page, ADMIN, "approve", asked)
    assert (AccessRequest.objects.get().state, mailoutbox) == ("closed", [])
    assert not EmailGrant.objects.exists()


def test_decisions_stay_when_who_decided_is_deleted(asked, decider, decider_page):
    act(decider_page, ADMIN, "approve", asked)
    decider.delete()
    request = AccessRequest.objects.get()
    assert (request.state, request.decided_by) == ("approved", None)
