"""Public from the release date on; before it only for those who were given access, by whichever way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from datacubes.links import download_path
from datacubes.models import AccessRules, EmailGrant, GroupGrant
from datacubes.permissions import Grounds, download_access, download_access_by_cube
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def restricted(archive_cube):
    return archive_cube(RESTRICTED)


def test_everybody_may_download_released_files(archive_cube, anybody):
    cube = archive_cube({"RELEASE": "2020-08-05"})
    assert download_access(AnonymousUser(), cube).grounds is Grounds.PUBLIC
    assert anybody.get(download_path(cube)).status_code == 200


def test_a_cube_is_public_on_the_day_of_its_release(archive_cube, anybody):
    cube = archive_cube(RESTRICTED)
    today = datetime.now(UTC).date()
    AccessRules.objects.update(release_date=today + timedelta(days=1))
    assert anybody.get(download_path(cube)).status_code == 403
    AccessRules.objects.update(release_date=today)
    assert anybody.get(download_path(cube)).status_code == 200


def test_the_address_of_an_account_opens_its_grants_in_any_case_of_letters(archive_cube, person, client_of):
    cube = archive_cube(RESTRICTED, owner_email_addresses=["pERSON@observatory.EXAMPLE"])
    assert download_access(person, cube).grounds is Grounds.EMAIL_GRANT
    assert client_of(person).get(download_path(cube)).status_code == 200


def test_an_address_that_only_starts_the_same_opens_nothing(restricted, person):
    EmailGrant.objects.create(cube=restricted, email=f"{person.email}.org")
    assert not download_access(person, restricted).allowed


def test_an_account_without_an_address_opens_nothing(restricted, person):
    EmailGrant.objects.create(cube=restricted, email="")
    person.email = ""
    person.save()
    assert not download_access(person, restricted).allowed


def test_the_members_of_a_group_may_download_cubes_granted_to_it(archive_cube, person, client_of):
    cube = archive_cube(RESTRICTED, swedish_data=True)
    assert client_of(person).get(download_path(cube)).status_code == 403
    person.groups.add(Group.objects.get(name="Swedish User"))
    assert download_access(person, cube).grounds is Grounds.GROUP_GRANT
    assert client_of(person).get(download_path(cube)).status_code == 200


def test_a_permission_opens_every_cube(restricted, person, client_of):
    person.user_permissions.add(Permission.objects.get(codename="download_restricted"))
    assert client_of(person).get(download_path(restricted)).status_code == 200


def test_a_superuser_may_download_every_cube(restricted, client_of):
    superuser = User.objects.create_superuser("root")
    assert download_access(superuser, restricted).grounds is Grounds.PERMISSION


def test_staff_without_the_permission_may_not(restricted, client_of):
    staff = User.objects.create_user("staff", is_staff=True)
    assert client_of(staff).get(download_path(restricted)).status_code == 403


def test_a_grant_for_another_cube_opens_nothing(archive_cube, person):
    cube = archive_cube(RESTRICTED)
    other = archive_cube(RESTRICTED, path="other.fits", oid="other")
    group = Group.objects.create(name="observers")
    person.groups.add(group)
    EmailGrant.objects.create(cube=other, email=person.email)
    GroupGrant.objects.create(cube=other, group=group)
    assert not download_access(person, cube).allowed
    assert download_access(person, other).allowed


def test_an_account_that_was_closed_opens_nothing(archive_cube, person, client_of, client):
    cube = archive_cube(RESTRICTED, owner_email_addresses=[person.email])
    client.force_login(person)
    assert client.get(download_path(cube)).status_code == 200
    person.is_active = False
    person.save()
    assert not download_access(person, cube).allowed
    assert client.get(download_path(cube)).status_code == 403
    assert client_of(person).get(download_path(cube)).status_code == 401


def test_a_cube_without_rules_is_restricted(archive_cube):
    cube = archive_cube()
    AccessRules.objects.all().delete()
    cube.refresh_from_db()
    assert download_access(AnonymousUser(), cube).grounds is Grounds.RESTRICTED


def test_somebody_who_is_logged_in_downloads_without_a_token(archive_cube, person, client):
    cube = archive_cube(RESTRICTED, owner_email_addresses=[person.email])
    client.force_login(person)
    assert client.get(download_path(cube)).status_code == 200


def test_a_wrong_token_is_refused_even_for_a_public_file(archive_cube, anybody):
    cube = archive_cube()
    anybody.credentials(HTTP_AUTHORIZATION="Token 0123")
    response = anybody.get(download_path(cube))
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_access_to_many_cubes_takes_as_many_statements_as_to_few(archive_cube, person, django_assert_max_num_queries):
    group = Group.objects.create(name="observers")
    person.groups.add(group)
    cubes = [archive_cube(RESTRICTED, path=f"{n}.fits", oid=f"cube {n}") for n in range(5)]
    public = archive_cube(path="public.fits", oid="public")
    EmailGrant.objects.create(cube=cubes[0], email=person.email)
    GroupGrant.objects.create(cube=cubes[1], group=group)
    loaded = [type(cube).objects.select_related("access").get(pk=cube.pk) for cube in [*cubes, public]]
    with django_assert_max_num_queries(5):
        access = download_access_by_cube(person, loaded)
    assert [access[cube.pk].grounds for cube in loaded] == [
        Grounds.EMAIL_GRANT,
        Grounds.GROUP_GRANT,
        *[Grounds.RESTRICTED] * 3,
        Grounds.PUBLIC,
    ]
