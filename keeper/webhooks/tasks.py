"""The Celery tasks of the queue `webhooks`."""

import time

from celery import shared_task

from common.transience import left_to_the_next_sweep
from common.wakeups import MAX_WAKE_UPS_OF_A_SWEEP, send_missing_wake_ups, send_wake_up
from keeper.webhooks import sending

QUEUE = "webhooks"
GO_ON_SECONDS = 1.0


@shared_task
def send_due_deliveries() -> None:
    """Send the next due delivery and, for a second, those after it."""
    stop = time.monotonic() + GO_ON_SECONDS
    with left_to_the_next_sweep():
        while sending.send_next() and time.monotonic() < stop:
            pass


@shared_task
def sweep_deliveries() -> None:
    """Wake workers for due deliveries whose wake-up was lost, or that are tried again."""
    with left_to_the_next_sweep():
        send_missing_wake_ups(send_due_deliveries, QUEUE, sending.count_due(MAX_WAKE_UPS_OF_A_SWEEP))


@shared_task
def prune_deliveries() -> None:
    """Delete deliveries that ended long ago; beat sends this daily."""
    with left_to_the_next_sweep():
        sending.prune_deliveries()


def wake_sender() -> None:
    """Wake a worker for deliveries that were just queued."""
    send_wake_up(send_due_deliveries)
