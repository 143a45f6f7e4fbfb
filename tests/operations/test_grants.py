"""Grants in the admin: found by address and by group, taken away, and told on the pages of people and groups."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from accounts.addresses import mark_verified
from datacubes.models import DataCube, EmailGrant, GroupGrant
from tests.support.admin_actions import act, choose
from tests.support.archived_cubes import copy_of
from tests.support.html import parse_html
from tests.support.statements import of_limits

BY_ADDRESS, BY_GROUP = "/admin/datacubes/emailgrant/", "/admin/datacubes/groupgrant/"


@pytest.fixture
def cubes(archive_cube) -> list[DataCube]:
    """Seven cubes that are not public."""
    first = archive_cube({"RELEASE": "2999-12-31"})
    return [first, *(copy_of(first, f"cube {number}") for number in range(6))]


@pytest.fixture
def anna(db) -> User:
    person = User.objects.create_user("anna", "Anna@Observatory.example")
    mark_verified(person)
    return person


@pytest.fixture
def team(anna) -> Group:
    group = Group.objects.create(name="Team & friends")
    anna.groups.add(group)
    return group


def listed(client, url: str, **query: object) -> list[str]:
    return [str(grant) for grant in client.get(url, query).context["cl"].result_list]


def may_see(client, person: User) -> str:
    page = parse_html(client.get(f"/admin/auth/user/{person.pk}/change/").content.decode())
    return page.one("div", class_="field-may_see").text


class TestTheLists:
    def test_grants_are_found_by_any_part_of_an_address(self, admin_client, cubes):
        for address in ("anna@observatory.example", "bert@institute.example"):
            EmailGrant.objects.create(cube=cubes[0], email=address)
        assert listed(admin_client, BY_ADDRESS, q="OBSERVATOR") == ["anna@observatory.example"]
        assert len(listed(admin_client, BY_ADDRESS, q="example")) == 2
        assert listed(admin_client, BY_ADDRESS, q="nobody") == []

    def test_those_of_one_address_are_found_in_any_case_and_not_those_that_contain_it(self, admin_client, cubes):
        for address in ("anna@b.example", "joanna@b.example"):
            EmailGrant.objects.create(cube=cubes[0], email=address)
        assert listed(admin_client, BY_ADDRESS, address="ANNA@b.example") == ["anna@b.example"]

    def test_grants_are_found_by_group_and_by_cube(self, admin_client, cubes, team):
        others = Group.objects.create(name="Others")
        GroupGrant.objects.create(cube=cubes[0], group=team)
        GroupGrant.objects.create(cube=cubes[1], group=others)
        assert listed(admin_client, BY_GROUP, group=team.pk) == ["Team & friends"]
        assert listed(admin_client, BY_GROUP, q="OTHER") == ["Others"]
        assert listed(admin_client, BY_GROUP, cube=cubes[1].pk) == ["Others"]

    @pytest.mark.parametrize("number", [1, 40])
    def test_a_list_costs_the_same_whatever_its_length(
        self, admin_client, archive_cube, number, django_assert_num_queries
    ):
        cube = archive_cube()
        EmailGrant.objects.bulk_create(EmailGrant(cube=cube, email=f"{index}@b.example") for index in range(number))
        with django_assert_num_queries(4 + of_limits()):  # Session, account, how many, and the grants with their cubes.
            admin_client.get(BY_ADDRESS)

    @pytest.mark.parametrize("question", ["address=%00", "cube=x", "group=x", f"cube={'9' * 30}", "group=-1"])
    def test_nonsense_is_refused_or_finds_nothing(self, admin_client, cubes, question):
        assert admin_client.get(f"{BY_GROUP}?{question}").status_code in (200, 302, 400)

    def test_grants_are_neither_made_nor_changed_here(self, admin_client, cubes):
        grant = EmailGrant.objects.create(cube=cubes[0], email="a@b.example")
        assert admin_client.get(f"{BY_ADDRESS}add/").status_code == 403
        assert admin_client.post(f"{BY_ADDRESS}{grant.pk}/change/", {"email": "c@d.example"}).status_code == 403
        assert admin_client.post(f"{BY_ADDRESS}{grant.pk}/delete/", {"post": "yes"}).status_code == 403


class TestTakingAccessAway:
    def test_the_confirmed_grants_go_and_the_cubes_history_tells_it(self, admin_client, cubes):
        gone, stays = (EmailGrant.objects.create(cube=cubes[0], email=f"{who}@b.example") for who in ("a", "b"))
        assert (
            "Take access away: 1 email grant<" in choose(admin_client, BY_ADDRESS, "take_away", gone).content.decode()
        )
        assert "1 taken away." in act(admin_client, BY_ADDRESS, "take_away", gone)
        assert list(EmailGrant.objects.all()) == [stays]
        entry = LogEntry.objects.get(object_id=str(cubes[0].pk))
        assert (entry.change_message, entry.user.username) == ("Took access away.", "admin")

    def test_it_needs_the_permission_to_delete_grants(self, client, cubes, team):
        grant = GroupGrant.objects.create(cube=cubes[0], group=team)
        clerk = User.objects.create_user("clerk", is_staff=True)
        clerk.user_permissions.add(Permission.objects.get(codename="view_groupgrant"))
        client.force_login(clerk)
        assert "take_away" not in client.get(BY_GROUP).content.decode()
        client.post(BY_GROUP, {"action": "take_away", "_selected_action": grant.pk, "confirmed_ids": grant.pk})
        assert GroupGrant.objects.exists()

    def test_a_cube_and_a_group_are_deleted_with_their_grants(self, admin_client, cubes, team):
        GroupGrant.objects.create(cube=cubes[0], group=team)
        EmailGrant.objects.create(cube=cubes[0], email="a@b.example")
        admin_client.post(f"/admin/datacubes/datacube/{cubes[0].pk}/delete/", {"post": "yes"})
        GroupGrant.objects.create(cube=cubes[1], group=team)
        admin_client.post(f"/admin/auth/group/{team.pk}/delete/", {"post": "yes"})
        assert (EmailGrant.objects.count(), GroupGrant.objects.count(), Group.objects.filter(pk=team.pk).count()) == (
            0,
            0,
            0,
        )


class TestWhatAPersonMaySee:
    def test_grants_by_address_and_by_group_are_counted_with_the_newest_cubes(self, admin_client, cubes, anna, team):
        EmailGrant.objects.bulk_create(EmailGrant(cube=cube, email="anna@observatory.EXAMPLE") for cube in cubes)
        GroupGrant.objects.create(cube=cubes[0], group=team)
        told = may_see(admin_client, anna)
        assert "Address anna@observatory.example: 7 cubes, the newest cube 5, cube 4, cube 3, cube 2, cube 1" in told
        assert "cube 0" not in told
        assert f"Group Team & friends: 1 cube, the newest {cubes[0].oid}" in told

    def test_grants_to_an_address_that_is_not_verified_do_not_count(self, admin_client, cubes):
        person = User.objects.create_user("bert", "bert@institute.example")
        EmailGrant.objects.create(cube=cubes[0], email=person.email)
        told = may_see(admin_client, person)
        assert f"1 cube, the newest {cubes[0].oid}. The address is not verified: its grants do not count yet." in told
        mark_verified(person)
        assert "not verified" not in may_see(admin_client, person)

    def test_each_number_leads_to_the_whole_list(self, admin_client, cubes, anna, team):
        EmailGrant.objects.bulk_create(EmailGrant(cube=cube, email=anna.email) for cube in cubes)
        EmailGrant.objects.create(cube=cubes[0], email="joanna@observatory.example")
        GroupGrant.objects.create(cube=cubes[0], group=team)
        page = parse_html(admin_client.get(f"/admin/auth/user/{anna.pk}/change/").content.decode())
        links = {link.text: link.attributes["href"] for link in page.one("div", class_="field-may_see").all("a")}
        assert len(listed(admin_client, links["7 cubes"])) == 7
        assert listed(admin_client, links["1 cube"]) == ["Team & friends"]

    def test_a_permission_opens_every_cube(self, admin_client, anna):
        assert "Only what everybody may see" not in may_see(admin_client, User.objects.get(username="admin"))
        assert "Every cube, as a superuser." in may_see(admin_client, User.objects.get(username="admin"))
        anna.user_permissions.add(Permission.objects.get(codename="download_restricted"))
        assert "Every cube, as the permission" in may_see(admin_client, anna)

    def test_an_account_without_grants_or_that_is_closed_says_so(self, admin_client, db):
        person = User.objects.create_user("bert", is_active=False)
        assert "not active" in may_see(admin_client, person)
        User.objects.filter(pk=person.pk).update(is_active=True)
        assert "Only what everybody may see." in may_see(admin_client, person)

    def test_the_page_of_a_person_costs_the_same_for_many_cubes(
        self, admin_client, cubes, anna, team, django_assert_max_num_queries
    ):
        EmailGrant.objects.bulk_create(EmailGrant(cube=cube, email=anna.email) for cube in cubes)
        GroupGrant.objects.bulk_create(GroupGrant(cube=cube, group=team) for cube in cubes)
        with django_assert_max_num_queries(20):
            admin_client.get(f"/admin/auth/user/{anna.pk}/change/")

    def test_dates_of_an_account_are_not_edited(self, admin_client, anna):
        page = admin_client.get(f"/admin/auth/user/{anna.pk}/change/").content.decode()
        assert 'name="date_joined_0"' not in page


class TestThePageOfAGroup:
    def test_it_tells_its_cubes_and_members(self, admin_client, cubes, team, anna):
        GroupGrant.objects.create(cube=cubes[0], group=team)
        page = parse_html(admin_client.get(f"/admin/auth/group/{team.pk}/change/").content.decode())
        assert f"1 cube, the newest {cubes[0].oid}" in page.one("div", class_="field-cubes").text
        assert "1 member: anna" in page.one("div", class_="field-members").text
        link = page.one("div", class_="field-members").all("a")[0].attributes["href"]
        assert "anna" in admin_client.get(link).content.decode()

    def test_a_new_group_is_made_as_before(self, admin_client, db):
        assert admin_client.post("/admin/auth/group/add/", {"name": "New"}).status_code == 302
        assert Group.objects.filter(name="New").exists()


def test_the_daily_pages_are_on_every_page_for_those_who_may_see_them(client, admin_client, db):
    links = [
        link.text
        for link in parse_html(admin_client.get("/admin/").content.decode()).one("nav", class_="daily-pages").all("a")
    ]
    assert links[:2] == ["Orders", "Cubes"]
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_workorder"))
    client.force_login(clerk)
    page = parse_html(client.get("/admin/").content.decode())
    assert [link.text for link in page.one("nav", class_="daily-pages").all("a")] == ["Orders"]
    assert "All times are UTC." in page.text
    assert timezone.now().utcoffset() == timedelta(0)
