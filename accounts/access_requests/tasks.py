"""The Celery task of requests for access, on the queue of mail."""

from celery import shared_task

from accounts.access_requests.decisions import close_settled
from common.transience import left_to_the_next_sweep


@shared_task
def sweep_access_requests() -> None:
    """Close the requests that leave nothing to decide."""
    with left_to_the_next_sweep():
        close_settled()
