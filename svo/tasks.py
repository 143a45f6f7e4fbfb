"""The Celery tasks of the queue `svo`: messages only wake, the database holds what is to be sent."""

import time

from celery import shared_task

from datacubes.wakeups import send_missing_wake_ups, send_wake_up
from svo.configuration import is_configured
from svo.submission import claim_submission, due_submissions, send

QUEUE = "svo"
GO_ON_SECONDS = 1.0
LONGEST_SYNCHRONISATION_SECONDS = 12 * 3600


@shared_task
def send_next_submission() -> None:
    """Send the submission whose turn it is, if there is one, and for a second those after it."""
    stop = time.monotonic() + GO_ON_SECONDS
    while is_configured() and (submission := claim_submission()) is not None:
        send(submission)
        if time.monotonic() > stop:
            break


@shared_task
def sweep_submissions() -> None:
    """Wake workers for the submissions that are due and that nobody was woken for."""
    if is_configured():
        send_missing_wake_ups(send_next_submission, QUEUE, due_submissions().count())


@shared_task(soft_time_limit=LONGEST_SYNCHRONISATION_SECONDS, time_limit=LONGEST_SYNCHRONISATION_SECONDS + 60)
def synchronise_with_svo() -> None:
    """Make the SVO the same as the archive; beat sends this daily."""
    # Imported here, as the synchronisation notes what is to be sent, and whoever notes wakes a task of this module.
    from svo.synchronisation import Options, synchronise

    if is_configured():
        synchronise(Options(update_existing=True))


def wake_sender() -> None:
    """Tell the workers that there is something to send."""
    send_wake_up(send_next_submission)
