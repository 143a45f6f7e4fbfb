"""The Celery tasks of accounts, on the queue of mail."""

import time

from celery import shared_task

from accounts import limits, reminders
from accounts.models import ResetRequest
from accounts.reset_requests import answer_next, forget_old_requests
from accounts.sign_up import forget_unverified_sign_ups
from common.mail.tasks import GO_ON_SECONDS
from common.transience import left_to_the_next_sweep
from common.wakeups import send_wake_up


@shared_task
def answer_reset_requests() -> None:
    """Answer the oldest request for a new password and, for a second, those after it."""
    stop = time.monotonic() + GO_ON_SECONDS
    with left_to_the_next_sweep():
        while answer_next() and time.monotonic() < stop:
            pass


@shared_task
def sweep_reset_requests() -> None:
    """Wake a worker for requests whose wake-up was lost, and delete old requests."""
    with left_to_the_next_sweep():
        forget_old_requests()
        if ResetRequest.objects.filter(answered_at=None).exists():
            send_wake_up(answer_reset_requests)


@shared_task
def look_after_accounts() -> None:
    """Remind people to verify their address again; delete sign-ups that were never verified, and old counts."""
    with left_to_the_next_sweep():
        limits.forget_old_requests()
        forget_unverified_sign_ups()
        reminders.remind()
