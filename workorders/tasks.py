"""The Celery tasks of the queue."""

from celery import shared_task

from workorders.queue import claim
from workorders.wakeups import send_missing_wake_ups
from workorders.worker import carry_out, worker_name


@shared_task
def process_next_order() -> None:
    """Carry out the order whose turn it is, if there is one."""
    order = claim(worker_name())
    if order is not None:
        carry_out(order)


@shared_task
def sweep() -> None:
    """Wake workers for whatever is due and unclaimed: lost wake-ups, later attempts, orders of dead workers."""
    send_missing_wake_ups(process_next_order)
