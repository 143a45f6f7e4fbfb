"""The Celery tasks of the queue `mail`."""

import time

from celery import shared_task

from common.mail import queue
from common.transience import left_to_the_next_sweep
from common.wakeups import MAX_WAKE_UPS_OF_A_SWEEP, send_missing_wake_ups

QUEUE = "mail"
GO_ON_SECONDS = 1.0


@shared_task
def send_due_mail() -> None:
    """Send the next due mail and, for a second, those after it."""
    stop = time.monotonic() + GO_ON_SECONDS
    with left_to_the_next_sweep():
        while queue.send_next() and time.monotonic() < stop:
            pass


@shared_task
def sweep_mail() -> None:
    """Wake workers for due mails whose wake-up was lost."""
    with left_to_the_next_sweep():
        queue.forget_given_up()
        wanted = queue.due_mail()[:MAX_WAKE_UPS_OF_A_SWEEP].count()
        send_missing_wake_ups(send_due_mail, QUEUE, wanted)
