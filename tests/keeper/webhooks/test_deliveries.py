"""What receivers are told of events, and how it is signed."""

from datetime import datetime

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from datacubes.models import DataCube
from datacubes.withdrawal import change_all, withdraw
from keeper.events.kinds import Kind
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.webhooks.models import Delivery, Webhook
from keeper.webhooks.queueing import new_secret, queue_test
from keeper.webhooks.sending import send_next

pytestmark = pytest.mark.django_db


def test_a_receiver_is_told_of_a_new_cube(webhook, target, archive_cube, send_all, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    cube = archive_cube()
    number_events()
    assert send_all() == 1
    [message] = target.messages
    content = message.verified(webhook.secret)
    assert datetime.fromisoformat(content.pop("timestamp")).tzinfo
    url = f"https://archive.example/api/v1/data-cubes/{cube.oid}/"
    assert content == {"type": "cube.ingested", "data": {"id": 1, "oid": cube.oid, "url": url}}
    assert message.headers["content-type"] == "application/json"
    delivery = Delivery.objects.get()
    assert (delivery.due_at, delivery.attempts, delivery.error) == (None, 1, "")
    assert delivery.delivered_at
    assert message.id == f"msg_{delivery.message_id.hex}"


def test_a_message_that_was_changed_or_signed_with_another_secret_is_refused(webhook, target, send_all):
    record(Kind.CUBE_CHANGED, oid="a")
    number_events()
    send_all()
    [message] = target.messages
    with pytest.raises(WebhookVerificationError):
        message.verified(new_secret())
    object.__setattr__(message, "body", message.body.replace(b'"a"', b'"b"'))
    with pytest.raises(WebhookVerificationError):
        message.verified(webhook.secret)


def test_only_incidents_tell_paths_and_messages(webhook, target, archive_cube, send_all):
    archive_cube()
    change_all(DataCube.every.all(), lambda cube: withdraw(cube, "Wrong."))
    record(Kind.ORDER_FAILED, path="a.fits", message="It is broken: “Å”.")
    number_events()
    send_all()
    data = {content["type"]: content["data"] for content in target.contents()}
    assert set(data["cube.withdrawn"]) == {"id", "oid", "url"}
    assert data["order.failed"] == {"id": 3, "oid": "", "url": "", "path": "a.fits", "message": "It is broken: “Å”."}


def test_each_webhook_is_told_of_its_kinds_in_order(webhook, target, send_all):
    Webhook.objects.create(name="off", url=target.url, kinds=Kind.values, secret=new_secret(), is_on=False)
    webhook.kinds = [Kind.CUBE_CHANGED]
    webhook.save()
    for number in range(5):
        record(Kind.CUBE_CHANGED, oid=str(number))
        record(Kind.CUBE_INGESTED, oid=str(number))
    number_events()
    assert send_all() == 5
    assert [content["data"]["oid"] for content in target.contents()] == ["0", "1", "2", "3", "4"]


def test_what_happened_before_a_webhook_was_made_is_not_sent(webhook, target, send_all):
    Webhook.objects.all().delete()
    record(Kind.CUBE_CHANGED, oid="before")
    number_events()
    Webhook.objects.create(name="new", url=target.url, kinds=Kind.values, secret=new_secret())
    record(Kind.CUBE_CHANGED, oid="after")
    number_events()
    send_all()
    assert [content["data"]["oid"] for content in target.contents()] == ["after"]


def test_a_worker_is_woken_once_after_the_commit_for_any_number(
    webhook, wake_ups, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    for number in range(30):
        record(Kind.CUBE_CHANGED, oid=str(number))
    with django_assert_max_num_queries(12), django_capture_on_commit_callbacks(execute=True):
        number_events()
    assert wake_ups == ["keeper.webhooks.tasks.send_due_deliveries"]
    assert Delivery.objects.count() == 30


def test_nobody_is_woken_without_a_webhook(db, wake_ups, django_capture_on_commit_callbacks):
    record(Kind.CUBE_CHANGED, oid="a")
    with django_capture_on_commit_callbacks(execute=True):
        number_events()
    assert wake_ups == []


def test_a_test_is_sent_also_to_a_webhook_that_is_off_and_tried_once(webhook, target, send_all):
    Webhook.objects.update(is_on=False)
    queue_test(webhook)
    assert send_all() == 1
    assert target.messages[0].verified(webhook.secret)["type"] == "webhook.test"
    target.answer = lambda handler: handler.send_error(500)
    queue_test(webhook)
    assert send_all() == 1
    failed = Delivery.objects.first()
    assert failed.due_at is None
    assert "500" in failed.error
    webhook.refresh_from_db()
    assert webhook.failing_since is None


@pytest.mark.parametrize("number", [1, 40])
def test_a_delivery_takes_few_statements_however_many_wait(webhook, number, django_assert_max_num_queries):
    for index in range(number):
        record(Kind.CUBE_CHANGED, oid=str(index))
    number_events()
    # The webhooks that are ready; callbacks, tests and the webhook, each in a transaction; the claim; two notes.
    with django_assert_max_num_queries(13):
        send_next()
