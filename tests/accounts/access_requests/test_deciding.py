"""Staff approve and refuse requests in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError

from accounts.access_requests import decisions
from accounts.access_requests.models import AccessRequest
from datacubes.grants import grant_to_address, restricted_cubes
from datacubes.models import DataCube, EmailGrant
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.accounts.access_requests.conftest import ADMIN
from tests.support.admin_actions import act, choose
from tests.support.archived_cubes import copy_of


@pytest.fixture
def asked(cube, anna) -> AccessRequest:
    return AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="For my thesis.")


def test_an_approval_opens_the_cube_and_tells_the_person(asked, cube, decider, decider_page, may_download, mailoutbox):
    assert not may_download(cube)
    assert "1 approved." in act(decider_page, ADMIN, "approve", asked, answer="Welcome.")
    assert may_download(cube)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.answer) == ("approved", decider, "Welcome.")
    [mail] = mailoutbox
    assert mail.to == ["anna@b.example"]
    assert f"You have access now to the data cube {cube.oid}." in mail.body
    assert "Welcome." in mail.body
    assert "https://archive.example.org/accounts/requests/" in mail.body


def test_what_was_approved_stays_when_a_pipeline_names_other_owners(asked, cube, decider_page, may_download):
    EmailGrant.objects.create(cube=cube, email="ANNA@b.example")  # By an order.
    EmailGrant.objects.create(cube=cube, email="former@b.example")
    asked.refresh_from_db()
    grant_to_address(restricted_cubes(), "anna@b.example")
    ingest(IngestRequest(cube.relative_path, owner_email_addresses=["owner@b.example"]))
    assert set(cube.email_grants.values_list("email", flat=True)) == {"ANNA@b.example", "owner@b.example"}
    assert may_download(cube)


def test_an_approval_is_in_the_history_of_the_request_and_of_the_cube(asked, cube, decider, decider_page):
    act(decider_page, ADMIN, "approve", asked, answer="Welcome.")
    entries = LogEntry.objects.values_list("user", "content_type__model", "object_id", "change_message")
    assert set(entries) == {
        (decider.pk, "accessrequest", str(asked.pk), "Approved. Welcome."),
        (decider.pk, "datacube", str(cube.pk), f"Opened to anna@b.example by request {asked.pk}."),
    }


def test_a_refusal_needs_a_sentence_and_tells_it(asked, cube, decider_page, may_download, mailoutbox):
    page = act(decider_page, ADMIN, "refuse", asked, answer=" ")
    assert "This field is required." in page
    assert AccessRequest.objects.get().state == "waiting"
    assert "1 refused." in act(decider_page, ADMIN, "refuse", asked, answer="The observers say no.")
    assert not may_download(cube)
    assert AccessRequest.objects.get().state == "refused"
    [mail] = mailoutbox
    assert "was refused." in mail.body
    assert "The observers say no." in mail.body


def test_the_person_reads_the_answer_on_the_page_of_requests(asked, browser, decider_page):
    act(decider_page, ADMIN, "refuse", asked, answer="The observers say no.")
    page = browser.get("/accounts/requests/").content.decode()
    assert "Refused" in page
    assert "The observers say no." in page


def test_an_observation_is_opened_with_the_cubes_that_it_has(
    cube, other_cube, anna, decider_page, may_download, mailoutbox
):
    public = copy_of(cube, "public cube")
    public.access.release_date = "2020-01-01"
    public.access.save()
    request = AccessRequest.objects.create(
        person=anna, kind="observation", target=cube.observation.point_id, text="All of it."
    )
    act(decider_page, ADMIN, "approve", request)
    assert set(EmailGrant.objects.values_list("cube__oid", "email")) == {
        (cube.oid, anna.email),
        (other_cube.oid, anna.email),
    }
    later = copy_of(cube, "later cube")
    assert may_download(cube)
    assert not may_download(later)


def test_many_are_approved_at_once(cube, anna, decider_page, mailoutbox):
    people = [User.objects.create_user(f"p{n}", f"p{n}@b.example") for n in range(30)]
    requests = [AccessRequest.objects.create(person=one, kind="cube", target=cube.oid, text="x") for one in people]
    assert "30 approved." in act(decider_page, ADMIN, "approve", *requests)
    assert EmailGrant.objects.count() == len(mailoutbox) == 30


def test_more_than_a_request_of_the_web_can_do_is_refused(asked, anna, decider_page, monkeypatch):
    monkeypatch.setattr("accounts.access_requests.admin.MOST_AT_ONCE", 1)
    other = AccessRequest.objects.create(person=anna, kind="cube", target="other", text="x")
    page = act(decider_page, ADMIN, "approve", asked, other)
    assert "Nothing was done: select fewer." in page
    assert AccessRequest.objects.filter(state="waiting").count() == 2


def test_approving_twice_grants_and_tells_once(asked, decider_page, mailoutbox):
    act(decider_page, ADMIN, "approve", asked)
    page = act(decider_page, ADMIN, "approve", asked)
    assert "1 left alone: decided already, or deleted." in page
    assert "1 left alone" in act(decider_page, ADMIN, "refuse", asked, answer="No.")
    assert (EmailGrant.objects.count(), len(mailoutbox)) == (1, 1)
    assert AccessRequest.objects.get().state == "approved"
    assert LogEntry.objects.count() == 2


def test_access_that_staff_gave_meanwhile_stays(asked, cube, decider_page, mailoutbox):
    EmailGrant.objects.create(cube=cube, email="ANNA@b.example")
    assert "1 approved." in act(decider_page, ADMIN, "approve", asked)
    assert EmailGrant.objects.count() == 1


def test_a_failure_grants_nothing_and_tells_nobody(asked, decider, monkeypatch, mailoutbox):
    def fail(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(decisions, "tell_person", fail)
    with pytest.raises(DatabaseError):
        decisions.approve(asked.pk, decider)
    assert not EmailGrant.objects.exists()
    assert not LogEntry.objects.exists()
    assert AccessRequest.objects.get().state == "waiting"


def test_an_account_without_an_address_waits_for_one(asked, decider_page):
    User.objects.filter(username="anna").update(email="")
    page = act(decider_page, ADMIN, "approve", asked)
    assert "1 left waiting: the account has no e-mail address" in page
    assert AccessRequest.objects.get().state == "waiting"
    assert "1 refused." in act(decider_page, ADMIN, "refuse", asked, answer="No.")


@pytest.mark.parametrize("codenames", [[], ["view_accessrequest"], ["change_emailgrant", "add_emailgrant"]])
def test_other_staff_cannot_decide(asked, client, codenames):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(staff)
    may_look = "view_accessrequest" in codenames
    page = client.get(f"{ADMIN}{asked.pk}/change/")
    assert page.status_code == (200 if may_look else 403)
    assert b'value="approve"' not in page.content
    assert (client.get(ADMIN).status_code == 200) is may_look
    for action in ("approve", "refuse"):
        fields = {"confirmed_ids": str(asked.pk), "answer": "x"}
        client.post(ADMIN, {"action": action, "_selected_action": asked.pk} | fields)
    assert AccessRequest.objects.get().state == "waiting"


def test_the_page_of_a_request_has_the_actions_until_it_is_decided(asked, decider_page):
    page = decider_page.get(f"{ADMIN}{asked.pk}/change/").content.decode()
    assert page.count('name="action" value="') == 2
    assert "For my thesis." in page
    act(decider_page, ADMIN, "approve", asked)
    assert 'name="action" value="' not in decider_page.get(f"{ADMIN}{asked.pk}/change/").content.decode()


def test_nobody_adds_changes_or_deletes_a_request_by_hand(asked, admin_client):
    assert admin_client.get(f"{ADMIN}add/").status_code == 403
    assert admin_client.post(f"{ADMIN}{asked.pk}/change/", {"state": "approved"}).status_code == 403
    assert admin_client.post(f"{ADMIN}{asked.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_approval_that_is_not_confirmed_does_nothing(asked, decider_page):
    choose(decider_page, ADMIN, "approve", asked)
    assert AccessRequest.objects.get().state == "waiting"


def test_the_list_costs_the_same_for_many(anna, decider_page, django_assert_max_num_queries):
    AccessRequest.objects.bulk_create(
        AccessRequest(person=anna, kind="cube", target=f"cube {number}", text="x" * 2000) for number in range(1000)
    )
    decider_page.get(ADMIN)
    with django_assert_max_num_queries(10):
        assert decider_page.get(ADMIN).status_code == 200


def test_requests_are_found_by_person_and_by_cube(asked, cube, decider_page):
    for question in ("anna", "ANNA@b", cube.oid[:12]):
        assert decider_page.get(ADMIN, {"q": question}).context["cl"].result_count == 1
    assert decider_page.get(ADMIN, {"q": "otto"}).context["cl"].result_count == 0
    assert DataCube.objects.count() == 1
