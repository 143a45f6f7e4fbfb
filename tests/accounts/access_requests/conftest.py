"""People who ask, staff who decide, and what is asked for."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from accounts.access_requests.models import JoinableGroup
from accounts.addresses import mark_verified
from accounts.models import Profile
from datacubes.models import DataCube
from tests.support.archived_cubes import RESTRICTED, copy_of
from tests.support.visit_fixture import visit

__all__ = ["visit"]

CONTACT = "archive@observatory.example"
ASK = "/accounts/requests/ask/"
REQUESTS = "/accounts/requests/"
ADMIN = "/admin/access_requests/accessrequest/"


@pytest.fixture(autouse=True)
def settings_of_mail(settings) -> None:
    settings.SENDS_MAIL, settings.ARCHIVE_CONTACT_EMAIL = True, CONTACT
    settings.ARCHIVE_BASE_URL = "https://archive.example.org"


@pytest.fixture
def anna(db) -> User:
    anna = User.objects.create_user("anna", "anna@b.example", first_name="Anna Åberg")
    mark_verified(anna)
    Profile.objects.filter(user=anna).update(affiliation="Lund Observatory", purpose="Flares")
    return anna


@pytest.fixture
def browser(anna) -> Client:
    """A browser in which Anna is logged in."""
    client = Client()
    client.force_login(anna)
    return client


@pytest.fixture
def decider(db) -> User:
    """Staff with the permission to decide and nothing else."""
    return make_decider("decider")


@pytest.fixture
def decider_page(decider) -> Client:
    client = Client()
    client.force_login(decider)
    return client


def make_decider(name: str) -> User:
    staff = User.objects.create_user(name, f"{name}@b.example", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="decide_accessrequest"))
    return staff


@pytest.fixture
def cube(archive_cube) -> DataCube:
    """A restricted cube."""
    return archive_cube(RESTRICTED)


@pytest.fixture
def other_cube(cube) -> DataCube:
    """A restricted cube of the same observation."""
    return copy_of(cube, "other cube")


@pytest.fixture
def guests(db) -> JoinableGroup:
    """A group that people may ask to join."""
    return JoinableGroup.objects.create(title="Guest data", group=Group.objects.create(name="guests"), text="Guests.")


@pytest.fixture
def may_download(browser) -> Callable[[DataCube], bool]:
    return lambda cube: browser.get(f"/data/{cube.oid}/{cube.filename}").status_code == 200
