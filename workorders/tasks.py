"""The Celery tasks of the queue."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError

from workorders.wakeups import wake_for_orders
from workorders.worker import carry_out_next

logger = logging.getLogger(__name__)

GO_ON_SECONDS = 1.0


@shared_task
def process_next_order() -> None:
    """Carry out the order whose turn it is, if there is one, and for a second those after it.

    To claim the next order costs less than to be woken for it, so that a full queue is worked off quicker this way. The
    wake-ups that were sent for those orders find nothing later, which costs next to nothing.
    """
    stop = time.monotonic() + GO_ON_SECONDS
    with servers_may_be_away():
        while carry_out_next() and time.monotonic() < stop:
            pass


@shared_task
def sweep() -> None:
    """Wake workers for whatever is due and unclaimed: lost wake-ups, later attempts, orders of dead workers."""
    with servers_may_be_away():
        wake_for_orders(process_next_order)


@contextmanager
def servers_may_be_away() -> Iterator[None]:
    """Let a server that is away, or in trouble, end a task with a line in the log: the next sweep makes up for it."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database gave an error, orders wait: %s", str(error).strip())
    except (BrokerError, OSError) as error:
        logger.warning("the broker is away, the next sweep sends the wake-ups: %s", error)
