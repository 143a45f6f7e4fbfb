"""Receivers that fail: their messages are retried for a day, then they are switched off; others wait for none."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from keeper.events.kinds import Kind
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.webhooks import sending
from keeper.webhooks.models import Delivery, Webhook
from keeper.webhooks.queueing import new_secret
from keeper.webhooks.sending import prune_deliveries, send_next
from tests.support.webhook_receiver import answering, dripping, hanging, receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch) -> list[timedelta]:
    """Move the clock on by the sum of a list."""
    moved: list[timedelta] = []
    now = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + sum(moved, timedelta()))
    return moved


def tell(*oids: str) -> None:
    for oid in oids:
        record(Kind.CUBE_CHANGED, oid=oid)
    number_events()


def test_a_message_is_sent_again_with_the_same_id_until_it_is_accepted(webhook, target, clock):
    target.answer = answering(500, b"out of order")
    tell("a")
    assert send_next()
    assert not send_next()
    delivery = Delivery.objects.get()
    assert delivery.error == "The receiver answered 500. out of order"
    assert timedelta(seconds=4) < delivery.due_at - timezone.now() <= timedelta(seconds=5)
    target.answer = answering(200)
    clock.append(timedelta(seconds=6))
    assert send_next()
    first, second = target.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 5
    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.attempts, delivery.error) == (None, 2, "")
    webhook.refresh_from_db()
    assert webhook.failing_since is None


@pytest.mark.parametrize(
    "answer",
    [hanging, answering(302, Location="/other"), answering(404), dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y")],
    ids=["hangs", "redirects", "does not know it", "sends a header without end"],
)
def test_what_is_no_acceptance_is_retried(webhook, target, answer, monkeypatch):
    monkeypatch.setattr(sending.post, "__defaults__", (0.3,))
    target.answer = answer
    tell("a")
    assert send_next()
    delivery = Delivery.objects.get()
    assert delivery.due_at
    assert delivery.error
    assert len(target.messages) == 1


def test_an_accepted_message_whose_answer_never_ends_is_accepted(webhook, target):
    target.answer = dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 1000, pause=0)
    tell("a")
    assert send_next()
    assert Delivery.objects.get().delivered_at


def test_a_receiver_that_is_away_for_a_day_is_switched_off_with_a_mail(webhook, target, clock, mailoutbox, settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@observatory.example"
    webhook.made_by = User.objects.create_user("staff", email="staff@observatory.example")
    webhook.save()
    target.answer = answering(500)
    tell("a", "b")
    waits = []
    while Webhook.objects.get().is_on:
        assert send_next()
        if due := min(filter(None, Delivery.objects.values_list("due_at", flat=True)), default=None):
            waits.append(max(due, Webhook.objects.get().held_until) - timezone.now())
            clock.append(max(waits[-1], timedelta()) + timedelta(seconds=1))
        assert len(waits) < 200
    assert sum(clock, timedelta()) < timedelta(days=1, hours=2)
    attempts = Counter(message.id for message in target.messages)
    assert all(5 < number < 60 for number in attempts.values()), attempts
    assert max(waits) > timedelta(minutes=14)
    assert not Delivery.objects.exclude(due_at=None).exists()
    [mail] = mailoutbox
    assert mail.to == ["archive@observatory.example", "staff@observatory.example"]
    assert "mirror" in mail.subject
    assert "The receiver answered 500." in mail.body
    tell("c")
    clock.append(timedelta(days=1))
    assert not send_next()


def test_a_message_that_the_receiver_never_accepts_is_given_up_and_the_webhook_stays(
    webhook, target, clock, mailoutbox
):
    refused = answering(400, b"no such cube")
    accepted = answering(204)
    target.answer = lambda handler: (refused if b'"bad"' in target.messages[-1].body else accepted)(handler)
    tell("bad")
    for _ in range(60):
        tell("good")
        while send_next():
            pass
        clock.append(timedelta(minutes=30))
    bad = Delivery.objects.get(body__contains='"bad"')
    assert bad.due_at is None
    assert not bad.delivered_at
    assert bad.attempts < 40
    assert Delivery.objects.exclude(delivered_at=None).count() == 60
    assert Webhook.objects.get().is_on
    assert mailoutbox == []


def test_a_receiver_that_wants_no_more_is_switched_off_at_once(webhook, target, mailoutbox, settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@observatory.example"
    target.answer = answering(410)
    tell("a", "b")
    assert send_next()
    assert not send_next()
    assert not Webhook.objects.get().is_on
    assert len(mailoutbox) == 1


def test_a_receiver_that_is_away_holds_up_no_other(webhook, target, send_all):
    with receiver() as other:
        Webhook.objects.create(name="other", url=other.url, kinds=Kind.values, secret=new_secret())
        target.answer = answering(500)
        tell(*map(str, range(50)))
        assert send_all() == 51
        assert len(target.messages) == 1
        assert len(other.messages) == 50


def test_after_a_failure_all_that_waits_is_sent(webhook, target, clock, send_all):
    target.answer = answering(500)
    tell(*map(str, range(5)))
    send_all()
    target.answer = answering(204)
    clock.append(timedelta(seconds=6))
    send_all()
    assert sorted(content["data"]["oid"] for content in target.contents()) == ["0", *map(str, range(5))]


def test_all_receivers_get_their_turn_while_many_messages_of_one_wait(webhook, target):
    tell(*map(str, range(50)))
    with receiver() as other:
        Webhook.objects.create(name="other", url=other.url, kinds=Kind.values, secret=new_secret())
        tell("last")
        for _ in range(40):
            assert send_next()
        assert len(other.messages) == 1


def test_a_worker_that_dies_leaves_its_message_to_another(webhook, target, clock, monkeypatch):
    """Killed between the acceptance and its note: the message is sent again, with the same id."""
    tell("a")

    def die(*args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_note_success", die)
        with pytest.raises(SystemExit):
            send_next()
    assert not send_next()
    clock.append(sending.CLAIM + timedelta(seconds=1))
    assert send_next()
    first, second = target.messages
    assert first.id == second.id
    assert not send_next()


def test_who_notes_a_failure_late_does_not_undo_another_s_success(webhook, target):
    tell("a")
    delivery = sending._claim()
    Delivery.objects.update(due_at=timezone.now())
    assert send_next()
    sending._note_failure(delivery, "too late", is_gone=False)
    assert Delivery.objects.get().delivered_at
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_a_claim_lasts_longer_than_an_attempt():
    assert timedelta(seconds=1.1 * sending.post.__defaults__[0]) < sending.CLAIM


def test_a_private_address_is_refused_when_it_is_sent_to(webhook, target, settings):
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = False
    Webhook.objects.update(url="https://localhost:8443/")
    tell("a")
    assert send_next()
    assert "is not a public address" in Delivery.objects.get().error
    assert target.messages == []


def test_deliveries_that_ended_long_ago_are_deleted(webhook, target, clock, settings):
    settings.EVENTS_KEPT_DAYS = 30
    tell("sent")
    send_next()
    clock.append(timedelta(days=31))
    target.answer = answering(500)
    tell("waits")
    assert prune_deliveries() == 1
    assert ["waits" in body for body in Delivery.objects.values_list("body", flat=True)] == [True]
