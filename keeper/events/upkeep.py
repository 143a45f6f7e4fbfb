"""What is done for events by the clock: releases are found, and old events are deleted."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datacubes.models import AccessRules
from keeper.events.models import Event
from keeper.events.numbering import locked_position

CUBES_AT_ONCE = 500
EVENTS_AT_ONCE = 10_000


def note_release_days() -> int:
    """Record the release of all cubes that have become public since they were last noted, and return their number.

    Each cube's rules say whether that was noted, so that each release is recorded once, however late.
    """
    number = 0
    while True:
        with transaction.atomic():
            noted = AccessRules.objects.all().note_releases(CUBES_AT_ONCE)
        number += noted
        if noted < CUBES_AT_ONCE:
            return number


def prune_events() -> int:
    """Delete the events that are older than EVENTS_KEPT_DAYS days, and return how many.

    Those without a number, which no webhook has been given yet, stay.
    """
    limit = timezone.now() - timedelta(days=settings.EVENTS_KEPT_DAYS)
    number = 0
    while True:
        with transaction.atomic():
            position = locked_position()
            numbered = Event.objects.exclude(number=None).order_by("number")
            # Numbers are given after the commit, so times may be a little out of order: the first event to be kept
            # ends the deletion.
            kept = numbered.filter(occurred_at__gte=limit).values_list("number", flat=True).first()
            last = position.last if kept is None else (kept or 0) - 1
            until = min(last, position.pruned_until + EVENTS_AT_ONCE)
            if until <= position.pruned_until:
                return number
            number += Event.objects.filter(number__lte=until).delete()[0]
            position.pruned_until = until
            position.save(update_fields=["pruned_until"])
