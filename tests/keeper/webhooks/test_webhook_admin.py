"""Staff make webhooks, try them, and see their deliveries."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from keeper.events.kinds import Kind
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.webhooks.models import Delivery, Webhook
from keeper.webhooks.sending import send_next
from tests.support.admin_actions import act
from tests.support.webhook_receiver import answering

pytestmark = pytest.mark.django_db
LIST = "/admin/webhooks/webhook/"


def fields(url: str, **changes: object) -> dict[str, object]:
    return {"name": "mirror", "url": url, "kinds": ["cube.ingested", "cube.changed"], "is_on": "on"} | changes


def page_of(webhook: Webhook) -> str:
    return f"{LIST}{webhook.pk}/change/"


def test_a_webhook_is_made_and_its_secret_is_shown_once(admin_client, admin_user, target):
    answer = admin_client.post(f"{LIST}add/", fields(target.url))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    webhook = Webhook.objects.get()
    assert re.search(r"<code>(whsec_\S+)</code>", answer.content.decode()).group(1) == webhook.secret
    assert (webhook.made_by, webhook.kinds) == (admin_user, ["cube.ingested", "cube.changed"])
    for url in (LIST, page_of(webhook), f"/admin/webhooks/webhook/{webhook.pk}/history/"):
        assert webhook.secret not in admin_client.get(url).content.decode()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "https://127.0.0.1/"}, "not a public address"),
        ({"url": "http://example.org/"}, "begins with https://"),
        ({"kinds": ["cube.eaten"]}, "Select a valid choice"),
        ({"kinds": []}, "This field is required"),
    ],
)
def test_a_wrong_webhook_is_refused(admin_client, wrong, message):
    answer = admin_client.post(f"{LIST}add/", fields("https://example.org/") | wrong)
    assert message in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_test_message_and_its_outcome_are_on_the_page(admin_client, webhook, target, wake_ups):
    page = act(admin_client, LIST, "send_test", webhook)
    assert "The test is queued" in page
    assert "Waits" in admin_client.get(page_of(webhook)).content.decode()
    target.answer = answering(500, b"<b>no</b>")
    send_next()
    page = admin_client.get(page_of(webhook)).content.decode()
    assert "Given up" in page
    assert "&lt;b&gt;no" in page
    [delivery] = Delivery.objects.all()
    assert "webhook.test" in admin_client.get(f"/admin/webhooks/delivery/{delivery.pk}/change/").content.decode()


def test_a_new_secret_is_made_after_a_question(admin_client, webhook):
    old = webhook.secret
    data = {"action": "replace_secret", "_selected_action": [webhook.pk], "index": 0}
    question = admin_client.post(LIST, data).content.decode()
    assert "Make a new secret" in question
    webhook.refresh_from_db()
    assert webhook.secret == old
    shown = admin_client.post(LIST, data | {"replace": "1"}).content.decode()
    webhook.refresh_from_db()
    assert webhook.secret != old
    assert f"<code>{webhook.secret}</code>" in shown


def test_a_webhook_that_is_switched_on_again_begins_anew(admin_client, webhook, target):
    long_ago = timezone.now() - timedelta(days=3)
    Webhook.objects.update(is_on=False, failing_since=long_ago, switched_off_at=long_ago)
    assert "Switched off" in admin_client.get(LIST).content.decode()
    admin_client.post(page_of(webhook), fields(target.url))
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.failing_since, webhook.switched_off_at) == (True, None, None)
    target.answer = answering(500)
    record(Kind.CUBE_CHANGED, oid="a")
    number_events()
    assert send_next()
    webhook.refresh_from_db()
    assert webhook.is_on


@pytest.mark.parametrize("permissions", [[], ["view_webhook"]])
def test_who_may_not_change_webhooks_changes_none(client, webhook, permissions, target):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(staff)
    assert client.get(LIST).status_code == (200 if permissions else 403)
    assert client.post(f"{LIST}add/", fields(target.url)).status_code == 403
    assert client.post(page_of(webhook), fields(target.url)).status_code == 403
    for action in ("send_test", "replace_secret"):
        data = {"action": action, "_selected_action": [webhook.pk], "index": 0, "replace": "1"}
        client.post(LIST, data | {"confirmed_ids": str(webhook.pk)})
    before = webhook.secret
    webhook.refresh_from_db()
    assert webhook.secret == before
    assert not Delivery.objects.exists()


def test_deliveries_and_events_are_only_looked_at(admin_client, webhook):
    record(Kind.CUBE_CHANGED, oid="a")
    number_events()
    for model in ("webhooks/delivery", "events/event"):
        assert admin_client.get(f"/admin/{model}/").status_code == 200
        assert admin_client.get(f"/admin/{model}/add/").status_code == 403
        assert admin_client.post(f"/admin/{model}/1/delete/", {"post": "yes"}).status_code in (302, 403)
    assert Delivery.objects.count() == 1


def test_the_metrics_tell_what_waits_and_what_is_off(admin_client, webhook):
    def metrics() -> list[float]:
        families = text_string_to_metric_families(admin_client.get("/metrics").content.decode())
        values = {family.name: family.samples[0].value for family in families if family.samples}
        names = ("deliveries_waiting", "s_switched_off")
        return [values[f"archive_webhook_{name}" if name[0] == "d" else f"archive_webhook{name}"] for name in names] + [
            values["archive_oldest_waiting_webhook_delivery_seconds"]
        ]

    assert metrics() == [0, 0, 0]
    record(Kind.CUBE_CHANGED, oid="a")
    number_events()
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=1))
    waiting, off, age = metrics()
    assert (waiting, off) == (1, 0)
    assert age == pytest.approx(3600, abs=60)
    Webhook.objects.update(is_on=False, switched_off_at=timezone.now())
    assert metrics() == [0, 1, 0]
