"""Cubes in the admin: thumbnails, filters, the page of one, and the access to many."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant, ImagePreview
from tests.support.admin_actions import act, choose, confirm
from tests.support.archived_cubes import archive_cube, copy_of
from tests.support.statements import of_limits

__all__ = ["archive_cube"]

LIST = "/admin/datacubes/datacube/"
PARTS = ("group_grants", "metadata", "fits_header")


@pytest.fixture
def cubes(archive_cube) -> list[DataCube]:
    """Three cubes: one public, one public later, one without a date."""
    first = archive_cube()
    made = [first, copy_of(first, "later", date_beg=timezone.now()), copy_of(first, "restricted")]
    days = (date(2020, 1, 1), timezone.now().date() + timedelta(days=1), None)
    for cube, day in zip(made, days, strict=True):
        AccessRules.objects.filter(cube=cube).update(release_date=day, release_comment="")
    return made


def listed(client, **query: str) -> set[str]:
    """The OIDs that a list shows."""
    return {cube.oid for cube in client.get(LIST, query).context["cl"].result_list}


def emails(cube: DataCube) -> list[str]:
    return [grant.email for grant in cube.email_grants.all()]


def test_cubes_are_listed_with_their_thumbnails(admin_client, cubes):
    image = ImagePreview.objects.get(cube=cubes[0], size_name="thumbnail")
    page = admin_client.get(LIST).content.decode()
    assert f'<img src="{image.file.url}" ' in page
    for words in ("2020-01-01", "restricted", "2019-04-19 17:34:55", "CRISP", "6173"):
        assert words in page


@pytest.mark.parametrize(("choice", "index"), [("public", 0), ("later", 1), ("restricted", 2)])
def test_cubes_are_filtered_by_their_release(admin_client, cubes, choice, index):
    assert listed(admin_client, release=choice) == {cubes[index].oid}


def test_cubes_are_found_by_the_beginning_of_oid_or_path(admin_client, cubes):
    assert listed(admin_client, q="2019-04-19T17:34") == {cubes[0].oid}
    assert listed(admin_client, q="2019-04-19/CRISP/") == {cube.oid for cube in cubes}
    assert listed(admin_client, q="nothing") == set()


@pytest.mark.parametrize("column", ["2", "-2", "4", "-4", "5", "6", "-6"])
def test_a_list_is_sorted_by_columns_that_have_an_index(admin_client, cubes, column):
    page = admin_client.get(LIST, {"o": column})
    assert len(page.context["cl"].result_list) == 3
    assert "column-file_size sortable" not in " ".join(page.content.decode().split())


def test_the_page_of_a_cube_shows_how_it_looks(admin_client, cubes, settings):
    cube = cubes[0]
    page = admin_client.get(f"{LIST}{cube.pk}/change/").content.decode()
    assert f'<img src="{cube.image_previews.get(size_name="page").file.url}"' in page
    assert f'<video src="{cube.video_preview.file.url}" poster="{cube.video_preview.poster.url}"' in page
    assert "<title>Line profile: median of Stokes I" in page
    assert f"/cubes/{cube.oid}/" in page


def test_a_cube_without_previews_has_a_page_too(admin_client, cubes):
    assert admin_client.get(f"{LIST}{cubes[1].pk}/change/").status_code == 200


def test_what_a_header_holds_is_shown_as_text(admin_client, archive_cube):
    hostile = "<script>alert(1)</script>"
    cube = archive_cube({"OBSERVER": hostile, "FILTER1": hostile, "RELEASEC": hostile, "RELEASE": "2999-01-01"})
    for url in (LIST, f"{LIST}{cube.pk}/change/"):
        page = admin_client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_access_to_one_cube_is_changed_on_its_page(admin_client, cubes):
    cube = cubes[2]
    before = DataCube.objects.get(pk=cube.pk)
    data = {
        "access-TOTAL_FORMS": 1,
        "access-INITIAL_FORMS": 1,
        "access-0-cube": cube.pk,
        "access-0-release_date": "2031-05-06",
        "access-0-release_comment": "Thesis",
        "email_grants-TOTAL_FORMS": 0,
        "email_grants-INITIAL_FORMS": 0,
        "grant_to": "a@b.example; c@b.example,d@b.example A@b.example",
        "group_grants-TOTAL_FORMS": 0,
        "group_grants-INITIAL_FORMS": 0,
        "metadata-TOTAL_FORMS": 0,
        "metadata-INITIAL_FORMS": 0,
        "fits_header-TOTAL_FORMS": 0,
        "fits_header-INITIAL_FORMS": 0,
    }
    assert (
        "was changed successfully" in admin_client.post(f"{LIST}{cube.pk}/change/", data, follow=True).content.decode()
    )
    after = DataCube.objects.get(pk=cube.pk)
    assert (after.access.release_date, after.access.release_comment) == (date(2031, 5, 6), "Thesis")
    assert emails(cube) == ["a@b.example", "c@b.example", "d@b.example"]
    assert after.updated_at == before.updated_at


def test_a_cube_with_more_grants_than_a_form_can_send_is_changed_and_keeps_them(admin_client, cubes):
    EmailGrant.objects.bulk_create(EmailGrant(cube=cubes[0], email=f"{number}@b.example") for number in range(201))
    url = f"/admin/datacubes/datacube/{cubes[0].pk}/change/"
    page = admin_client.get(url).content.decode()
    assert "201: too many to show here" in page
    assert "email_grants-TOTAL_FORMS" not in page
    form = {
        "access-TOTAL_FORMS": 1,
        "access-INITIAL_FORMS": 1,
        "access-0-cube": cubes[0].pk,
        "access-0-release_date": "2031-01-01",
        **{f"{part}-{which}_FORMS": 0 for part in PARTS for which in ("TOTAL", "INITIAL")},
    }
    assert admin_client.post(url, form).status_code == 302
    assert cubes[0].email_grants.count() == 201
    cubes[0].access.refresh_from_db()
    assert cubes[0].access.release_date == date(2031, 1, 1)


def test_the_release_of_many_is_set(admin_client, cubes):
    page = act(
        admin_client,
        LIST,
        "edit_access",
        *cubes[:2],
        release="date",
        release_date="2031-05-06",
        release_comment="Later",
    )
    assert "The access to 2 cubes was changed." in page
    rules = [(access.release_date, access.release_comment) for access in AccessRules.objects.order_by("cube_id")]
    assert rules == [(date(2031, 5, 6), "Later")] * 2 + [(None, "")]


def test_many_are_restricted(admin_client, cubes):
    act(admin_client, LIST, "edit_access", *cubes, release="restrict", release_comment="Until further notice")
    assert {(access.release_date, access.release_comment) for access in AccessRules.objects.all()} == {
        (None, "Until further notice")
    }


def test_a_release_that_was_set_here_outlives_the_next_ingestion_of_the_same_header(admin_client, archive_cube):
    keywords = {"RELEASE": "2999-12-31", "RELEASEC": "Embargo"}
    cube = archive_cube(keywords)
    act(admin_client, LIST, "edit_access", cube, release="date", release_date="2020-01-01")
    archive_cube(keywords, force=True)
    assert AccessRules.objects.get(cube=cube).release_date == date(2020, 1, 1)


def test_grants_by_address_are_added_and_taken_away(admin_client, cubes):
    EmailGrant.objects.create(cube=cubes[0], email="Old@B.example")
    EmailGrant.objects.create(cube=cubes[1], email="NEW@b.example")
    page = act(
        admin_client,
        LIST,
        "edit_access",
        *cubes,
        release="keep",
        add_emails="new@b.example, c@d.example\nc@d.example",
        remove_emails="old@b.EXAMPLE",
    )
    assert "The access to 3 cubes was changed." in page
    assert [emails(cube) for cube in cubes] == [
        ["c@d.example", "new@b.example"],
        ["NEW@b.example", "c@d.example"],
        ["c@d.example", "new@b.example"],
    ]
    assert AccessRules.objects.get(cube=cubes[0]).release_date == date(2020, 1, 1)


def test_grants_by_group_are_added_and_taken_away(admin_client, cubes):
    team, others = Group.objects.create(name="Team"), Group.objects.create(name="Others")
    GroupGrant.objects.create(cube=cubes[0], group=others)
    GroupGrant.objects.create(cube=cubes[1], group=team)
    act(admin_client, LIST, "edit_access", *cubes, release="keep", add_groups=team.pk, remove_groups=others.pk)
    assert sorted(GroupGrant.objects.values_list("cube__oid", "group__name")) == sorted(
        (cube.oid, "Team") for cube in cubes
    )


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"release": "keep"}, "Nothing is to be changed."),
        ({"release": "date"}, "From which date?"),
        ({"release": "date", "release_date": "soon"}, "Enter a valid date."),
        ({"release": "keep", "release_date": "2030-01-01"}, "the release is to be left as it is"),
        ({"release": "restrict", "release_date": "2030-01-01"}, "Restricted cubes have no date."),
        ({"release": "keep", "add_emails": "a@b.example nobody"}, "“nobody” is not an e-mail address."),
        ({"release": "keep", "add_emails": "a@b.example", "remove_emails": "A@b.example"}, "and to lose it"),
        ({"release": "keep", "add_emails": " ".join(f"{n}@b.example" for n in range(101))}, "more than 100 addresses"),
        ({"release": "keep", "add_groups": "77"}, "not one of the available choices"),
    ],
)
def test_what_says_nothing_or_too_much_is_asked_again(admin_client, cubes, fields, complaint):
    Group.objects.create(name="Team")
    page = act(admin_client, LIST, "edit_access", *cubes, **fields)
    assert complaint in page
    assert "Change access: 3 data cubes" in page
    assert not EmailGrant.objects.exists()
    assert AccessRules.objects.get(cube=cubes[0]).release_date == date(2020, 1, 1)


def test_the_question_says_for_how_many(admin_client, cubes):
    page = choose(admin_client, LIST, "edit_access", cubes[0], everything=True).content.decode()
    assert "Change access: 3 data cubes" in page
    for cube in cubes:
        assert f"<li>{cube.oid}</li>" in page


def test_staff_who_may_only_look_change_no_access(client, cubes):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_datacube"))
    client.force_login(viewer)
    assert "edit_access" not in client.get(LIST).content.decode()
    data = {"action": "edit_access", "_selected_action": cubes[0].pk, "confirmed_ids": cubes[0].pk}
    client.post(LIST, data | {"release": "restrict"})
    assert AccessRules.objects.get(cube=cubes[0]).release_date == date(2020, 1, 1)


def test_cubes_are_removed_one_by_one_only(admin_client, cubes):
    assert "delete_selected" not in admin_client.get(LIST).content.decode()
    admin_client.post(f"{LIST}{cubes[0].pk}/delete/", {"post": "yes"})
    assert {cube.oid for cube in DataCube.objects.all()} == {"later", "restricted"}


@pytest.mark.parametrize("number", [1, 40])
def test_a_list_costs_the_same_whatever_its_length(admin_client, archive_cube, number, django_assert_num_queries):
    cube = archive_cube()
    for index in range(number - 1):
        copy_of(cube, str(index))
    # Session and account; how many; the cubes, with instrument, release and metadata; thumbnails; two filters.
    with django_assert_num_queries(7 + of_limits()):
        admin_client.get(LIST)


@pytest.mark.parametrize("number", [1, 40])
def test_a_change_of_access_costs_the_same_for_some_hundreds(
    admin_client, archive_cube, number, django_assert_max_num_queries
):
    cube = archive_cube()
    many = [cube, *(copy_of(cube, str(index)) for index in range(number - 1))]
    question = choose(admin_client, LIST, "edit_access", *many)
    ContentType.objects.get_for_model(DataCube)  # Kept by the process.
    with django_assert_max_num_queries(26 + of_limits(2)):
        confirm(admin_client, LIST, question, release="restrict", add_emails="a@b.example", remove_emails="c@d.example")


class TestWithdrawal:
    @pytest.fixture
    def withdrawn(self, admin_client, cubes) -> DataCube:
        page = act(admin_client, LIST, "withdraw", cubes[0], reason="The calibration was wrong.")
        assert "1 withdrawn." in page
        return DataCube.every.get(pk=cubes[0].pk)

    def test_a_cube_is_withdrawn_with_a_reason_that_its_page_tells(self, withdrawn, client):
        assert withdrawn.withdrawal_reason == "The calibration was wrong."
        assert "The calibration was wrong." in client.get(f"/cubes/{withdrawn.oid}/").content.decode()
        assert client.get(f"/data/{withdrawn.oid}/{withdrawn.filename}").status_code == 410

    def test_a_cube_is_not_withdrawn_without_a_reason(self, admin_client, cubes):
        assert "This field is required." in act(admin_client, LIST, "withdraw", cubes[0], reason="")
        assert DataCube.objects.count() == 3

    def test_withdrawn_cubes_are_listed_when_they_are_asked_for(self, admin_client, cubes, withdrawn):
        others = {cube.oid for cube in cubes[1:]}
        assert listed(admin_client) == others
        assert listed(admin_client, state="withdrawn") == {withdrawn.oid}
        assert listed(admin_client, state="every") == others | {withdrawn.oid}

    def test_the_page_of_a_withdrawn_cube_says_so(self, admin_client, withdrawn):
        page = admin_client.get(f"{LIST}{withdrawn.pk}/change/").content.decode()
        assert f"Withdrawn on {withdrawn.withdrawn_at:%Y-%m-%d}.</span> The calibration was wrong." in page

    def test_a_withdrawn_cube_is_restored(self, admin_client, withdrawn, client):
        assert "1 restored." in act(admin_client, f"{LIST}?state=withdrawn", "restore", withdrawn)
        cube = DataCube.objects.get(pk=withdrawn.pk)
        assert (cube.withdrawn_at, cube.withdrawal_reason) == (None, "")
        assert client.get(f"/data/{cube.oid}/{cube.filename}").status_code == 200

    def test_a_withdrawn_cube_can_be_deleted(self, admin_client, withdrawn):
        admin_client.post(f"{LIST}{withdrawn.pk}/delete/", {"post": "yes"})
        assert not DataCube.every.filter(pk=withdrawn.pk).exists()

    def test_those_who_may_not_delete_cubes_may_not_withdraw_them(self, client, cubes):
        user = User.objects.create_user("viewer", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_datacube", "change_datacube"]))
        client.force_login(user)
        assert 'value="withdraw"' not in client.get(LIST).content.decode()


def test_cubes_whose_file_is_missing_are_found(admin_client, cubes):
    DataCube.objects.filter(pk=cubes[1].pk).update(missing_since=timezone.now())
    assert listed(admin_client, state="missing") == {cubes[1].oid}
