"""Mails are queued in the transaction of the request or of the decision; a mail server that is away delays nothing."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from accounts.access_requests.asking import ask
from accounts.access_requests.decisions import approve, close_settled
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.targets import Target
from common.mail.models import QueuedMail
from common.mail.tasks import send_due_mail
from datacubes.models import AccessRules, EmailGrant
from tests.accounts.access_requests.conftest import ADMIN, ASK, CONTACT
from tests.support.admin_actions import act


@pytest.fixture(autouse=True)
def wake_ups(settings, monkeypatch) -> list[str]:
    """Queue mail, and collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    settings.EMAIL_BACKEND = "common.mail.backend.QueueingBackend"
    monkeypatch.setattr("common.mail.backend.send_wake_up", lambda task: sent.append(task.name))
    return sent


def test_a_request_and_its_mail_are_stored_together_or_not_at_all(cube, anna):
    with transaction.atomic():
        ask(anna, Target("cube", cube.oid), "x")
        transaction.set_rollback(True)
    assert not AccessRequest.objects.exists()
    assert not QueuedMail.objects.exists()
    ask(anna, Target("cube", cube.oid), "x")
    assert QueuedMail.objects.get().recipients == [CONTACT]


def test_a_decision_its_access_and_its_mail_are_stored_together_or_not_at_all(cube, anna, decider):
    request = AccessRequest.objects.create(person=anna, kind="cube", target=cube.oid, text="x")
    with transaction.atomic():
        approve(request.pk, decider)
        transaction.set_rollback(True)
    request.refresh_from_db()
    assert (request.state, EmailGrant.objects.count(), QueuedMail.objects.count()) == ("waiting", 0, 0)
    approve(request.pk, decider)
    assert QueuedMail.objects.get().recipients == [anna.email]


def test_without_a_mail_server_people_see_the_answer_on_the_site(cube, browser, decider, settings):
    settings.SENDS_MAIL = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = f"{ASK}?cube={quote(cube.oid)}"
    assert "by mail" not in browser.get(page).content.decode()
    assert browser.post(page, {"text": "x"}).status_code == 302
    approve(AccessRequest.objects.get().pk, decider, "Welcome.")
    assert "Welcome." in browser.get("/accounts/requests/").content.decode()
    assert not QueuedMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_decisions_wake_a_worker_once(cube, decider_page, wake_ups):
    people = [User.objects.create_user(f"p{n}", f"p{n}@b.example") for n in range(4)]
    requests = [AccessRequest.objects.create(person=one, kind="cube", target=cube.oid, text="x") for one in people]
    act(decider_page, ADMIN, "approve", *requests[:2])
    assert (QueuedMail.objects.count(), wake_ups) == (2, [send_due_mail.name])
    AccessRules.objects.update(release_date="2020-01-01")
    close_settled()
    assert (QueuedMail.objects.count(), wake_ups) == (4, [send_due_mail.name] * 2)
