"""A synchronisation that staff start in the admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from svo.models import Synchronisation
from svo.synchronisation import ALIVE_FOR

LIST, START = "/admin/svo/synchronisation/", "/admin/svo/synchronisation/start/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def svo(settings) -> None:
    """An SVO that is configured; nothing here sends to it."""
    settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = "http://127.0.0.1:1/api", "user", "key"


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The tasks that a worker was asked for."""
    sent: list[str] = []
    monkeypatch.setattr("svo.admin.send_wake_up", lambda task: sent.append(task.name) or True)
    return sent


def test_it_is_asked_for_once_it_is_confirmed(admin_client, asked):
    assert START in admin_client.get(LIST).content.decode()
    assert "SVO_MAX_REMOVALS" in admin_client.get(START).content.decode()
    assert asked == []
    page = admin_client.post(START, follow=True).content.decode()
    assert "It starts as soon as a worker of the queue svo is free." in page
    assert asked == ["svo.tasks.synchronise_with_svo"]


def test_the_list_refreshes_itself_after_that_and_while_one_runs(admin_client, asked):
    assert "hx-get" not in admin_client.get(LIST).content.decode()
    admin_client.post(START)
    assert "hx-get" in admin_client.get(LIST).content.decode()


def test_one_at_a_time(admin_client, asked):
    Synchronisation.objects.create(alive_until=timezone.now() + ALIVE_FOR)
    assert "One is running since" in admin_client.post(START, follow=True).content.decode()
    assert asked == []


def test_a_broker_that_is_away_is_told(admin_client, monkeypatch):
    monkeypatch.setattr("svo.admin.send_wake_up", lambda task: False)
    assert "The broker does not answer" in admin_client.post(START, follow=True).content.decode()


def test_without_an_svo_nothing_is_started(admin_client, asked, settings):
    settings.SVO_API_URL = ""
    assert "No SVO is configured. Nothing was started." in admin_client.post(START, follow=True).content.decode()
    assert asked == []


def test_it_needs_the_permission_to_add_synchronisations(asked):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_synchronisation"))
    client = Client()
    client.force_login(clerk)
    assert START not in client.get(LIST).content.decode()
    assert (client.get(START).status_code, client.post(START).status_code, asked) == (403, 403, [])


def test_people_without_an_account_are_sent_to_the_login(asked):
    assert "/admin/login/" in Client().post(START).url
    assert asked == []


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ({"is_running": True}, "Running"),
        ({"is_running": None}, "Its process died"),
        ({"is_running": None, "finished_at": timezone.now()}, "Ended"),
        ({"is_running": None, "finished_at": timezone.now(), "failed": 1}, "Ended with failures"),
    ],
)
def test_a_report_says_how_it_went(admin_client, report, state):
    Synchronisation.objects.create(**report)
    assert f">{state}</span>" in admin_client.get(LIST).content.decode()
