"""The tasks of events and webhooks, as workers run them."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError
from django.utils import timezone

from keeper.events import tasks as of_events
from keeper.events.kinds import Kind
from keeper.events.models import Event
from keeper.events.recording import record
from keeper.webhooks import tasks
from keeper.webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(monkeypatch) -> list[int]:
    """Collect how many wake-ups sweeps want."""
    numbers: list[int] = []
    monkeypatch.setattr(tasks, "send_missing_wake_ups", lambda task, queue, wanted: numbers.append(wanted))
    return numbers


def test_beat_s_tasks_exist_and_go_to_the_queue_of_webhooks():
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in current_app.conf.beat_schedule.values() if "keeper" in entry["task"]}
    assert scheduled <= set(current_app.tasks)
    mine = {name for name in current_app.tasks if name.startswith(("keeper.events.", "keeper.webhooks."))}
    assert mine - scheduled == {"keeper.webhooks.tasks.send_due_deliveries"}
    queues = {current_app.amqp.router.route({}, task)["queue"].name for task in mine}
    assert queues == {"webhooks"}


def test_new_events_reach_their_receivers(webhook, target, monkeypatch):
    monkeypatch.setattr("keeper.events.numbering.EVENTS_AT_ONCE", 2)
    for number in range(5):
        record(Kind.CUBE_CHANGED, oid=str(number))
    of_events.number_events()
    tasks.send_due_deliveries()
    assert [content["data"]["id"] for content in target.contents()] == [1, 2, 3, 4, 5]


def test_a_sweep_wakes_for_what_is_due(webhook, wanted):
    for number in range(3):
        record(Kind.CUBE_CHANGED, oid=str(number))
    of_events.number_events()
    tasks.sweep_deliveries()
    Delivery.objects.filter(body__contains='"0"').update(due_at=timezone.now() + timedelta(hours=1))
    tasks.sweep_deliveries()
    Webhook.objects.update(is_on=False)
    tasks.sweep_deliveries()
    assert wanted == [3, 2, 0]


def test_what_is_old_is_deleted(webhook, settings):
    settings.EVENTS_KEPT_DAYS = 1
    record(Kind.CUBE_CHANGED, oid="a")
    of_events.number_events()
    tasks.send_due_deliveries()
    long_ago = timezone.now() - timedelta(days=2)
    Event.objects.update(occurred_at=long_ago)
    Delivery.objects.update(created_at=long_ago)
    of_events.prune_events()
    tasks.prune_deliveries()
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("task", [of_events.number_events, tasks.sweep_deliveries, tasks.send_due_deliveries])
def test_a_database_that_is_away_is_left_to_the_next_sweep(monkeypatch, caplog, task):
    def away(*args: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("keeper.events.numbering._unnumbered", away)
    monkeypatch.setattr("keeper.webhooks.sending.due_deliveries", away)
    monkeypatch.setattr("keeper.webhooks.sending._claim", away)
    task()
    assert "work waits for the next sweep" in caplog.text
