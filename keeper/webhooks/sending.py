"""Sends due deliveries one by one, and retries those that their receivers did not accept.

A delivery is sent at least once: who dies after a receiver has accepted a message, and before that is noted, leaves it
to another sender, which sends it again with the same id.
"""

import logging
import random
from base64 import b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Signer

from common.errors import on_one_line
from common.http.outgoing import AddressRefused, Answer, NotSent, post
from keeper.mails import staff_addresses
from keeper.webhooks.models import TEST, Delivery, Webhook

logger = logging.getLogger(__name__)

CLAIM = timedelta(seconds=12)
"""How long a delivery is left to the worker that has begun to send it; `post` gives up long before."""

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(hours=1)
LONGEST_HOLD = timedelta(minutes=15)
TRIED_FOR = timedelta(days=1)

_GONE = 410  # With this status, a receiver wants no more messages (Standard Webhooks).


def due_deliveries() -> list[QuerySet[Delivery]]:
    """Return the due deliveries of callbacks, of tests, and of each webhook that is on and not held.

    Apart from each other, each of them begins with an entry of an index, however many others wait.
    """
    now = timezone.now()
    due = Delivery.objects.filter(due_at__lte=now).order_by("due_at", "id")
    ready = Webhook.objects.filter(is_on=True).exclude(held_until__gt=now).values_list("pk", flat=True)
    return [due.filter(webhook=None), due.filter(type=TEST), *(due.filter(webhook=pk) for pk in ready)]


def count_due(most: int) -> int:
    """Return how many deliveries are due, at most `most` of each receiver."""
    return sum(due.order_by()[:most].count() for due in due_deliveries())


def send_next() -> bool:
    """Send the delivery that is due first of some receiver; return whether there was one."""
    delivery = _claim()
    if not delivery:
        return False
    answer: Answer | None = None
    try:
        answer = _send(delivery)
        error = "" if answer.is_success else on_one_line(f"The receiver answered {answer.status}. {answer.words}")
    except (AddressRefused, NotSent) as failure:
        error = str(failure)
    if error:
        _note_failure(delivery, error, is_gone=answer is not None and answer.status == _GONE)
    else:
        _note_success(delivery)
    return True


def prune_deliveries() -> int:
    """Delete the deliveries that ended, and are older than EVENTS_KEPT_DAYS days; return how many."""
    limit = timezone.now() - timedelta(days=settings.EVENTS_KEPT_DAYS)
    old = Delivery.objects.filter(due_at=None, created_at__lt=limit).order_by("created_at")
    number = 0
    while keys := list(old.values_list("pk", flat=True)[:1000]):
        number += Delivery.objects.filter(pk__in=keys).delete()[0]
    return number


def secret_of(delivery: Delivery) -> str | None:
    """Return the secret that signs a delivery; None if it is gone.

    A callback is signed by the SHA-256 of the API token that posted the order. The archive stores that digest, and only
    who has the token can make it.
    """
    if delivery.webhook:
        return delivery.webhook.secret
    return b64encode(bytes.fromhex(delivery.token.digest)).decode() if delivery.token else None


def _claim() -> Delivery | None:
    queues = due_deliveries()
    random.shuffle(queues)  # No receiver has to wait until all messages of another are sent.
    return next(filter(None, map(_claim_first, queues)), None)


def _claim_first(due: QuerySet[Delivery]) -> Delivery | None:
    with transaction.atomic():
        due = due.select_related("webhook", "token")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        delivery = due.first()
        if delivery:
            delivery.due_at = timezone.now() + CLAIM
            delivery.save(update_fields=["due_at"])
    return delivery


def _send(delivery: Delivery) -> Answer:
    """Sign and send a delivery.

    Raises
    ------
    AddressRefused, NotSent
        If it cannot be sent.
    """
    secret, now = secret_of(delivery), timezone.now()
    if not secret:
        raise AddressRefused("The API token that posted the order, and signs its callback, was revoked.")
    message_id = f"msg_{delivery.message_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "solar-archive",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(message_id, now, delivery.body),
    }
    return post(delivery.webhook.url if delivery.webhook else delivery.url, delivery.body.encode(), headers)


def _note_success(delivery: Delivery) -> None:
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=None, delivered_at=now, error="", attempts=F("attempts") + 1)
    if delivery.webhook:
        failing = Webhook.objects.filter(pk=delivery.webhook.pk).exclude(failing_since=None)
        failing.update(failing_since=None, held_until=None)
    logger.info("delivery %s to %s is done", delivery.pk, _receiver(delivery))


def _note_failure(delivery: Delivery, error: str, *, is_gone: bool) -> None:
    """Store why an attempt failed, and when the next one is due; the other deliveries to the receiver wait meanwhile.

    The next attempt comes after as long again as has passed since the first. After a day the delivery is given up, and
    a webhook that has accepted nothing for a day is switched off.
    """
    now = timezone.now()
    age = now - delivery.created_at
    is_given_up = is_gone or delivery.type == TEST or age >= TRIED_FOR
    due_at = None if is_given_up else now + min(max(age, FIRST_RETRY), LONGEST_RETRY)
    with transaction.atomic():
        # Another sender that took over meanwhile may have delivered it.
        mine = Delivery.objects.filter(pk=delivery.pk, delivered_at=None)
        if not mine.update(due_at=due_at, error=error, attempts=F("attempts") + 1):
            return
        if delivery.webhook and delivery.type != TEST:
            _hold_webhook(Webhook.objects.select_for_update().get(pk=delivery.webhook.pk), error, is_gone=is_gone)
        elif not delivery.webhook:
            hold = now + min(max(age, FIRST_RETRY), LONGEST_HOLD)
            others = Delivery.objects.filter(webhook=None, url=delivery.url, due_at__lt=hold).exclude(pk=delivery.pk)
            others.update(due_at=hold)
    what_next = "is given up" if is_given_up else f"is tried again at {due_at:%H:%M:%S}"
    logger.warning("delivery %s to %s %s: %s", delivery.pk, _receiver(delivery), what_next, error)


def _hold_webhook(webhook: Webhook, error: str, *, is_gone: bool) -> None:
    """Hold a webhook for as long again as it has been failing, or switch it off."""
    now = timezone.now()
    webhook.failing_since = webhook.failing_since or now
    failing = now - webhook.failing_since
    webhook.held_until = now + min(max(failing, FIRST_RETRY), LONGEST_HOLD)
    webhook.save(update_fields=["failing_since", "held_until"])
    if webhook.is_on and (is_gone or failing >= TRIED_FOR):
        _switch_off(webhook, error, now)


def _switch_off(webhook: Webhook, error: str, now: datetime) -> None:
    """Switch a webhook off, give up what waits for it, and tell staff."""
    webhook.is_on, webhook.switched_off_at = False, now
    webhook.save(update_fields=["is_on", "switched_off_at"])
    Delivery.objects.filter(webhook=webhook).exclude(due_at=None).update(
        due_at=None, error="The webhook was switched off."
    )
    logger.error("webhook %s is switched off: %s", webhook.name, error)
    addresses = {*staff_addresses(), webhook.made_by.email if webhook.made_by else ""} - {""}
    page = settings.ARCHIVE_BASE_URL + reverse("admin:webhooks_webhook_change", args=[webhook.pk])
    send_mail(
        on_one_line(f"Webhook {webhook.name} is switched off"),
        f"The receiver of the webhook “{webhook.name}” has accepted nothing for a day. The latest error:\n\n{error}\n\n"
        "What happens from now on is not sent to it. When the receiver works again, switch the webhook on; it can ask "
        f"for what it missed: {settings.ARCHIVE_BASE_URL}{reverse('event-list')}\n\n{page}\n",
        None,
        sorted(addresses),
    )


def _receiver(delivery: Delivery) -> str:
    """Return who receives a delivery, for the log: a URL may hold a secret."""
    return f"webhook {delivery.webhook.name}" if delivery.webhook else "a callback"
