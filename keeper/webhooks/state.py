"""The state of deliveries in numbers, at bounded cost, for monitoring."""

from datetime import datetime

from django.db.models import Q, QuerySet

from common.counting import Count, count
from keeper.webhooks.models import Delivery, Webhook


def count_waiting() -> Count:
    """Return the number of deliveries that wait for their first or a later attempt."""
    return count(_waiting())


def oldest_waiting_since() -> datetime | None:
    """Return when the first of the waiting deliveries was queued, or None."""
    return _waiting().order_by("created_at").values_list("created_at", flat=True).first()


def count_switched_off() -> int:
    """Return the number of webhooks that were switched off because their receivers failed."""
    return Webhook.objects.filter(is_on=False).exclude(switched_off_at=None).count()


def _waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(Q(webhook=None) | Q(webhook__is_on=True), due_at__isnull=False)
