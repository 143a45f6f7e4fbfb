"""Groups that people may ask to join: the Swedish data are the first."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from accounts.access_requests.decisions import close_settled
from accounts.access_requests.models import AccessRequest, JoinableGroup
from datacubes.models import GroupGrant
from datacubes.steps.data_access import SWEDISH_USERS
from tests.accounts.access_requests.conftest import ADMIN, ASK, CONTACT, REQUESTS, make_decider
from tests.support.admin_actions import act
from tests.support.archived_cubes import RESTRICTED
from tests.support.html import parse_html

migration = import_module("accounts.access_requests.migrations.0002_swedish_data")


def test_members_of_the_swedish_data_download_what_an_order_grants_them(
    archive_cube, browser, decider_page, may_download, mailoutbox
):
    migration.add_swedish_data(apps, None)
    cube = archive_cube(RESTRICTED, swedish_data=True)
    assert not may_download(cube)
    link = parse_html(browser.get(REQUESTS).content.decode()).one("a", href=f"{ASK}?group=Swedish%20data")
    assert link.text == "Ask to join Swedish data"
    assert browser.post(link.attributes["href"], {"text": "I work in Lund."}).status_code == 302
    assert "You have asked to join." in browser.get(REQUESTS).content.decode()
    act(decider_page, ADMIN, "approve", AccessRequest.objects.get())
    assert may_download(cube)
    assert "You are a member." in browser.get(REQUESTS).content.decode()
    assert [mail.to for mail in mailoutbox] == [[CONTACT], ["anna@b.example"]]
    assert "You have access now to the group Swedish data." in mailoutbox[1].body
    assert "You are a member already." in browser.get(link.attributes["href"]).content.decode()


def test_the_migration_uses_the_group_of_the_orders_and_runs_twice(db):
    for _ in range(2):
        migration.add_swedish_data(apps, None)
    assert migration.GROUP == SWEDISH_USERS
    assert JoinableGroup.objects.get(title="Swedish data").group == Group.objects.get(name=SWEDISH_USERS)


def test_an_account_that_lost_its_address_joins_without_mail(guests, anna, decider_page, mailoutbox):
    User.objects.filter(pk=anna.pk).update(email="")
    request = AccessRequest.objects.create(person=anna, kind="group", target="Guest data", text="x")
    assert "1 approved." in act(decider_page, ADMIN, "approve", request)
    assert (anna.groups.get(), mailoutbox) == (guests.group, [])


def test_those_who_decide_on_a_group_get_the_mail_and_nobody_else_decides(
    guests, anna, browser, decider_page, admin_client, mailoutbox
):
    chosen = make_decider("chosen")
    gone = make_decider("gone")
    gone.is_active = False
    gone.save()
    guests.deciders.add(chosen, gone)
    browser.post(f"{ASK}?group=Guest data", {"text": "x"})
    assert mailoutbox[0].to == ["chosen@b.example"]
    request = AccessRequest.objects.get()
    for action in ("approve", "refuse"):
        page = act(decider_page, ADMIN, action, request, answer="x")
        assert "1 left alone: others decide on this group." in page
    assert AccessRequest.objects.get().state == "waiting"
    client = Client()
    client.force_login(chosen)
    assert "1 approved." in act(client, ADMIN, "approve", request)
    assert anna.groups.get() == guests.group
    request = AccessRequest.objects.create(person=chosen, kind="group", target="Guest data", text="x")
    assert "1 approved." in act(admin_client, ADMIN, "approve", request)


def test_a_group_that_permits_more_than_downloads_is_never_joined_by_asking(guests, anna, decider_page, admin_client):
    powerful = Group.objects.create(name="powerful")
    powerful.permissions.add(Permission.objects.get(codename="change_user"))
    page = "/admin/access_requests/joinablegroup/add/"
    answer = admin_client.post(page, {"title": "Power", "group": powerful.pk, "text": "x"})
    assert "Its members may do more than download cubes." in answer.content.decode()
    request = AccessRequest.objects.create(person=anna, kind="group", target="Guest data", text="x")
    guests.group.permissions.add(Permission.objects.get(codename="change_user"))
    assert "1 left waiting: the group permits more" in act(decider_page, ADMIN, "approve", request)
    assert not anna.groups.exists()


def test_a_group_of_readers_can_be_joined(anna, decider_page, admin_client):
    readers = Group.objects.create(name="readers of everything")
    readers.permissions.add(Permission.objects.get(codename="download_restricted"))
    page = "/admin/access_requests/joinablegroup/"
    assert admin_client.post(f"{page}add/", {"title": "All", "group": readers.pk, "text": "x"}).status_code == 302
    assert "everybody with the permission" in admin_client.get(page).content.decode()
    request = AccessRequest.objects.create(person=anna, kind="group", target="All", text="x")
    assert "1 approved." in act(decider_page, ADMIN, "approve", request)


@pytest.mark.parametrize("delete", ["joinable", "group"])
def test_a_request_for_a_group_that_is_gone_is_closed(guests, anna, browser, decider_page, mailoutbox, delete):
    request = AccessRequest.objects.create(person=anna, kind="group", target="Guest data", text="x")
    (guests if delete == "joinable" else guests.group).delete()
    assert browser.get(REQUESTS).status_code == 200
    assert decider_page.get(f"{ADMIN}{request.pk}/change/").status_code == 200
    assert close_settled() == 1
    assert "Nobody can ask for this group any more." in mailoutbox[0].body
    assert not GroupGrant.objects.exists()


def test_membership_that_staff_gave_meanwhile_stays(guests, anna, decider_page):
    request = AccessRequest.objects.create(person=anna, kind="group", target="Guest data", text="x")
    anna.groups.add(guests.group)
    assert "1 approved." in act(decider_page, ADMIN, "approve", request)
    assert anna.groups.count() == 1
