"""Wake-ups: Celery messages that say “there is work”, and carry no order.

A lost wake-up loses nothing and a surplus one does nothing, so that a broker that is away must neither fail nor hold up
whoever sends one: the sweep sends again what is missing.
"""

import logging
from functools import cache

from celery import current_app
from celery.app.task import Task
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from kombu.pools import producers

from workorders.queue import due_orders, expired_orders

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 0.4
MAX_WAKE_UPS_OF_A_SWEEP = 1000


def send_wake_up(task: Task) -> None:
    """Tell the workers that there is work. A broker that does not take it in time is left alone, with a log line."""
    try:
        with producers[_broker()].acquire(block=True, timeout=BROKER_TIMEOUT_SECONDS) as producer:
            task.apply_async(producer=producer, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no wake-up was sent, the sweep will send it: the broker is away: %s", error)


def send_missing_wake_ups(task: Task) -> int:
    """Send as many wake-ups as there are orders that nobody has been woken for, and return how many that were.

    Wake-ups that still wait in the broker count, so that a sweep adds nothing while all workers are away or busy.
    """
    wanted = due_orders()[:MAX_WAKE_UPS_OF_A_SWEEP].count() + expired_orders()[:MAX_WAKE_UPS_OF_A_SWEEP].count()
    if not wanted:
        return 0
    missing = max(0, wanted - _waiting_messages(current_app.conf.task_default_queue))
    for _ in range(missing):
        send_wake_up(task)
    return missing


@cache
def _broker() -> Connection:
    connection = current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS)
    connection.transport_options = {
        **connection.transport_options,
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "max_retries": 0,
    }
    return connection


def _waiting_messages(queue_name: str) -> int:
    with current_app.connection_for_read() as connection:
        return Queue(queue_name, channel=connection.default_channel).queue_declare().message_count
