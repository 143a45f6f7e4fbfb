"""The Celery tasks of the queue."""

import time

from celery import shared_task
from celery.signals import worker_init
from django.conf import settings

from common.transience import left_to_the_next_sweep
from workorders.pruning import prune_runs
from workorders.storage import storage_is_there
from workorders.wakeups import wake_for_orders

GO_ON_SECONDS = 1.0


@worker_init.connect
def load_readers(**kwargs: object) -> None:
    """Import what orders need before the worker makes its processes, which then share the memory of it."""
    import workorders.worker  # noqa: F401


@shared_task
def process_next_order() -> None:
    """Process the next order and, for a second, those after it.

    Claiming the next order is cheaper than a wake-up for it, so a full queue drains faster. The wake-ups sent for those
    orders find nothing to do later, which costs next to nothing.
    """
    from workorders.worker import carry_out_next  # Imports astropy; the processes that post orders do without it.

    stop = time.monotonic() + GO_ON_SECONDS
    with left_to_the_next_sweep():
        while storage_is_there():
            if not carry_out_next() or time.monotonic() > stop:
                return
        # Without this pause, the worker would take the wake-ups away from those of other machines.
        time.sleep(settings.ORDER_SWEEP_SECONDS)


@shared_task
def sweep() -> None:
    """Wake workers for orders that are due and unclaimed: lost wake-ups, later attempts, orders of dead workers."""
    with left_to_the_next_sweep():
        wake_for_orders(process_next_order)


@shared_task
def prune_history() -> None:
    """Delete old runs; beat sends this daily."""
    with left_to_the_next_sweep():
        prune_runs()
