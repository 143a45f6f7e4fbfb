"""The Celery tasks of the queue `svo`: messages only wake, the database holds what is to be sent.

Each imports its work when it runs: the SVO's client is slow to import, and other processes, which import the tasks to
send them, do without it.
"""

import logging
import time

from celery import shared_task

from common.transience import left_to_the_next_sweep
from common.wakeups import MAX_WAKE_UPS_OF_A_SWEEP, send_missing_wake_ups, send_wake_up
from svo.datasets import is_configured

logger = logging.getLogger(__name__)

QUEUE = "svo"
GO_ON_SECONDS = 1.0
LONGEST_SENDING_SECONDS = 3600
LONGEST_SYNCHRONISATION_SECONDS = 12 * 3600


@shared_task(soft_time_limit=LONGEST_SENDING_SECONDS, time_limit=LONGEST_SENDING_SECONDS + 60)
def send_next_submission() -> None:
    """Send the submission whose turn it is, if there is one, and for a second those after it."""
    from svo.submission import send_next

    stop = time.monotonic() + GO_ON_SECONDS
    with left_to_the_next_sweep():
        while is_configured() and send_next():
            if time.monotonic() > stop:
                break


@shared_task
def sweep_submissions() -> None:
    """Wake workers for the submissions that are due and that nobody was woken for."""
    from svo.submission import due_submissions

    with left_to_the_next_sweep():
        if is_configured():
            wanted = due_submissions()[:MAX_WAKE_UPS_OF_A_SWEEP].count()
            send_missing_wake_ups(send_next_submission, QUEUE, wanted)


@shared_task(soft_time_limit=LONGEST_SYNCHRONISATION_SECONDS, time_limit=LONGEST_SYNCHRONISATION_SECONDS + 60)
def synchronise_with_svo() -> None:
    """Make the SVO the same as the archive; beat sends this daily."""
    from svo.planning import Options
    from svo.synchronisation import AlreadyRunning, synchronise

    if is_configured():
        try:
            synchronise(Options(update_existing=True))
        except AlreadyRunning as error:
            logger.warning("%s", error)


def wake_sender() -> None:
    """Wake a worker for a submission that was just noted."""
    send_wake_up(send_next_submission)
