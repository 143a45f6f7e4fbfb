"""Numbers events after their commit, so that a reader who asks for those after a number never misses one.

The ids of a sequence become visible out of order: a transaction may take an id, and commit after another that took a
later one. So numbers are given to committed events only, by one process at a time, which holds the row of `Position`
until its own commit. Whoever sees a number therefore sees all smaller ones.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from keeper.events.models import Event, Position

EVENTS_AT_ONCE = 500

numbered = Signal()
"""Sent in the transaction that numbers events, with `events`, a list in their order."""


def number_events() -> int:
    """Number some events that have none yet, and return how many. Call it again while it returns `EVENTS_AT_ONCE`."""
    if not _unnumbered().exists():
        return 0
    with transaction.atomic():
        position = locked_position()
        events = list(_unnumbered().order_by("id")[:EVENTS_AT_ONCE])
        for number, event in enumerate(events, position.last + 1):
            event.number = number
        # As an upsert, it costs a fraction of `bulk_update`.
        Event.objects.bulk_create(events, update_conflicts=True, unique_fields=["id"], update_fields=["number"])
        position.last += len(events)
        position.save(update_fields=["last"])
        numbered.send(Event, events=events)
    return len(events)


def locked_position() -> Position:
    """Return the position, locked until the transaction ends."""
    return Position.objects.select_for_update().get_or_create(pk=1)[0]


def position() -> Position:
    """Return how far the numbers go now."""
    return Position.objects.filter(pk=1).first() or Position()


def _unnumbered() -> QuerySet[Event]:
    return Event.objects.filter(number=None)
