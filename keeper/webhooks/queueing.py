"""Queues deliveries in the transactions that number events, and that end orders."""

import json
import secrets
from base64 import b64encode
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from common.hooks import Hook
from keeper.events.kinds import INCIDENTS
from keeper.events.models import Event
from keeper.events.numbering import numbered
from keeper.webhooks.models import TEST, Delivery, Webhook
from workorders.models import CALLBACK, WorkOrderRun, ended

wake_sender: Hook[[], None] = Hook("wake a worker that sends deliveries")


def new_secret() -> str:
    """Return a secret for a webhook, in the form of Standard Webhooks: 32 random bytes."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def queue_test(webhook: Webhook) -> None:
    """Queue a message that says nothing, to try a webhook, also one that is off."""
    data = {"webhook": webhook.name}
    _queue([Delivery(webhook=webhook, type=TEST, body=_body(TEST, timezone.now(), data))])


@receiver(numbered)
def queue_events(sender: type[Event], events: list[Event], **kwargs: object) -> None:
    """Queue events for the webhooks that are told of their kind."""
    # Locked, so that none is deleted before the deliveries are there.
    webhooks = list(Webhook.objects.select_for_update(no_key=True).filter(is_on=True).order_by("pk"))
    _queue(
        [
            Delivery(webhook=webhook, type=event.kind, body=_of_event(event))
            for event in events
            for webhook in webhooks
            if event.kind in webhook.kinds
        ]
    )


@receiver(ended)
def queue_callbacks(sender: type[WorkOrderRun], runs: list[WorkOrderRun], **kwargs: object) -> None:
    """Queue the ends of orders for the callbacks that their requests name.

    If an order was posted again meanwhile and still has the callback, the callback is told of the end of that run.
    """
    due = [
        run for run in runs if "callback_url" in run.request and _callback(run.order.request) != _callback(run.request)
    ]
    _queue(
        [
            Delivery(
                token_id=run.request["callback_token"],
                url=run.request["callback_url"],
                type=f"order.{run.status}",
                body=_of_run(run),
            )
            for run in due
        ]
    )


def _callback(request: dict[str, Any]) -> list[Any]:
    return [request.get(name) for name in CALLBACK]


def _queue(deliveries: list[Delivery]) -> None:
    if Delivery.objects.bulk_create(deliveries, batch_size=500):
        transaction.on_commit(wake_sender, robust=True)


def _of_event(event: Event) -> str:
    data = {"id": event.number, "oid": event.oid, "url": event.cube_url}
    if event.kind in INCIDENTS:
        data |= {"path": event.path, "message": event.message}
    return _body(event.kind, event.occurred_at, data)


def _of_run(run: WorkOrderRun) -> str:
    order = run.order
    data = {
        "id": order.pk,
        "url": f"{settings.ARCHIVE_BASE_URL}{reverse('work-order-detail', args=[order.pk])}",
        "relative_path": order.relative_path,
        "status": run.status,
        "oid": run.oid,
        "warnings": run.warnings,
        "error": run.error,
    }
    return _body(f"order.{run.status}", run.finished_at or timezone.now(), data)


def _body(kind: str, moment: datetime, data: dict[str, Any]) -> str:
    """Return a message as Standard Webhooks has it: its type, the time of what happened, and what is said of it."""
    return json.dumps({"type": kind, "timestamp": moment.isoformat(), "data": data}, ensure_ascii=False)
