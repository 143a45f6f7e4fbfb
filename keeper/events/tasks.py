"""The Celery tasks of events, on the queue of webhooks."""

from celery import shared_task

from common.transience import left_to_the_next_sweep
from keeper.events import numbering, upkeep


@shared_task
def number_events() -> None:
    """Number the new events, which gives them to the webhooks; beat sends this every few seconds."""
    with left_to_the_next_sweep():
        while numbering.number_events() == numbering.EVENTS_AT_ONCE:
            pass


@shared_task
def note_release_days() -> None:
    """Record which cubes have become public by their release date; beat sends this every hour."""
    with left_to_the_next_sweep():
        upkeep.note_release_days()


@shared_task
def prune_events() -> None:
    """Delete old events; beat sends this daily."""
    with left_to_the_next_sweep():
        upkeep.prune_events()
