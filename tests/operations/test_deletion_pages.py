"""The page that asks whether to delete a row counts what goes with it, at the same cost for any number of rows."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from common.admin.deletion import CountedDeletion
from datacubes.models import DataCube, EmailGrant, GroupGrant, Instrument, Tag
from tests.support.html import parse_html

pytestmark = pytest.mark.django_db


def test_every_page_of_the_admin_counts():
    assert all(isinstance(page, CountedDeletion) for page in admin.site._registry.values())


def test_a_group_with_access_to_many_cubes_takes_the_statements_of_one(
    archive_cube, admin_client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    group = Group.objects.create(name="Reviewers")
    archive_cube()
    first = DataCube.objects.get()
    copies = DataCube.objects.bulk_create(
        DataCube(oid=f"copy {number}", size=1, instrument=first.instrument, observation=first.observation)
        for number in range(150)
    )
    GroupGrant.objects.bulk_create(GroupGrant(cube=cube, group=group) for cube in copies)
    admin_client.get("/admin/")
    with django_assert_max_num_queries(20):
        page = admin_client.get(f"/admin/auth/group/{group.pk}/delete/")
    assert "Group grants: 150" in text_of(page)
    assert "Group grant: Reviewers" not in text_of(page)
    admin_client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert not Group.objects.filter(pk=group.pk).exists()
    assert not GroupGrant.objects.exists()


def test_what_goes_with_a_cube_is_counted_up_to_a_bound(archive_cube, admin_client, monkeypatch):
    monkeypatch.setattr("common.admin.deletion.MOST_COUNTED", 3)
    cube = archive_cube(owner_email_addresses=[f"{number}@b.example" for number in range(5)])
    page = text_of(admin_client.get(f"/admin/datacubes/datacube/{cube.pk}/delete/"))
    assert "Email grants: more than 3" in page
    assert "FITS headers: 1" in page
    assert "0@b.example" not in page
    assert EmailGrant.objects.count() == 5


def test_an_instrument_with_cubes_cannot_be_deleted(archive_cube, admin_client):
    cube = archive_cube()
    url = f"/admin/datacubes/instrument/{cube.instrument_id}/delete/"
    assert "protected related objects: 1 data cube 1 metadata" in text_of(admin_client.get(url))
    admin_client.post(url, {"post": "yes"})
    assert Instrument.objects.filter(pk=cube.instrument_id).exists()


def test_an_account_is_deleted_with_its_profile_and_address(admin_client, person):
    url = f"/admin/auth/user/{person.pk}/delete/"
    assert "Profiles: 1" in text_of(admin_client.get(url))
    assert admin_client.get(f"/admin/accounts/profile/{person.pk}/delete/").status_code == 403
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=person.pk).exists()


def test_staff_without_the_permission_are_refused(archive_cube):
    person = User.objects.create_user("clerk", is_staff=True)
    tag = Tag.objects.create(kind="feature", name="Sunspot")
    client = Client()
    client.force_login(person)
    assert client.post(f"/admin/datacubes/tag/{tag.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Tag.objects.filter(pk=tag.pk).exists()


def test_many_selected_rows_are_named_up_to_a_bound(admin_client, monkeypatch):
    monkeypatch.setattr("common.admin.deletion.MOST_NAMED", 2)
    groups = Group.objects.bulk_create(Group(name=f"Group {number}") for number in range(5))
    question = {"action": "delete_selected", "_selected_action": [group.pk for group in groups]}
    page = text_of(admin_client.post("/admin/auth/group/", question))
    assert "Groups: 5" in page
    assert ("Group 1" in page, "Group 2" in page) == (True, False)
    admin_client.post("/admin/auth/group/", question | {"post": "yes"})
    assert not Group.objects.filter(name__startswith="Group ").exists()


def text_of(response: HttpResponse) -> str:
    return parse_html(response.content.decode()).text
