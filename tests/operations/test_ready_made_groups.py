"""Each archive has groups with the permissions for their work."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from accounts import groups
from datacubes.permissions import Grounds, download_access
from tests.support.archived_cubes import RESTRICTED

OF_KEEPER = import_module("operations.migrations.0003_permissions_of_the_keeper")
GROUPS = {
    name: codenames | import_module("operations.migrations.0002_webhooks").ADDED.get(name, {})
    for name, codenames in import_module("operations.migrations.0001_ready_made_groups").GROUPS.items()
}
GROUPS[OF_KEEPER.GROUP].update(OF_KEEPER.PERMISSIONS)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [groups.PIPELINE, groups.ARCHIVE_STAFF, groups.READERS])
def test_a_group_has_every_permission_that_the_migration_names(name):
    found = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    assert set(found) == {(app, codename) for app, codenames in GROUPS[name].items() for codename in codenames}


def test_no_permission_stands_twice():
    """The migration makes permissions before Django does."""
    found = list(Permission.objects.values_list("content_type", "codename"))
    assert len(found) == len(set(found))


def test_a_reader_downloads_restricted_cubes(archive_cube, person):
    cube = archive_cube(RESTRICTED)
    person.groups.add(Group.objects.get(name=groups.READERS))
    assert download_access(person, cube).grounds is Grounds.PERMISSION


def test_staff_do_their_work_and_cannot_make_themselves_more(client):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.groups.add(Group.objects.get(name=groups.ARCHIVE_STAFF))
    client.force_login(staff)
    lists = [
        *("datacubes/datacube", "datacubes/instrument", "workorders/workorder", "svo/submission"),
        *("access_requests/accessrequest", "svo/synchronisation", "accounts/apitoken", "mail/queuedmail", "auth/user"),
        *("webhooks/webhook", "webhooks/delivery", "events/event"),
    ]
    assert {path: client.get(f"/admin/{path}/").status_code for path in lists} == dict.fromkeys(lists, 200)
    client.post(f"/admin/auth/user/{staff.pk}/change/", {"username": "staff", "is_superuser": "on"})
    staff.refresh_from_db()
    assert not staff.is_superuser
    superuser = User.objects.create_superuser("root", "root@su.se")
    address = EmailAddress.objects.create(user=superuser, email=superuser.email)
    client.post(f"/admin/account/emailaddress/{address.pk}/change/", {"email": "staff@su.se", "user": superuser.pk})
    address.refresh_from_db()
    assert address.email == "root@su.se"


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_the_groups_to_the_next_ones():
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)
    for name, codenames in GROUPS.items():
        assert Group.objects.get(name=name).permissions.count() == sum(map(len, codenames.values()))
