"""Wake-ups: Celery messages that say “there is work”, and carry nothing.

A lost wake-up loses nothing and a surplus one does nothing, so that a broker that is away must neither fail nor hold up
whoever sends one: a sweep sends again what is missing.
"""

import logging
from functools import cache

from celery import current_app
from celery.app.task import Task
from kombu import Connection
from kombu.pools import producers
from kombu.transport.redis import Channel as RedisChannel

from common.transience import will_pass

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 0.4
MAX_WAKE_UPS_OF_A_SWEEP = 1000


def send_wake_up(task: Task) -> None:
    """Tell the workers that there is work. A broker that does not take it in time is left alone, with a log line."""
    try:
        with producers[_broker()].acquire(block=True, timeout=BROKER_TIMEOUT_SECONDS) as producer:
            task.apply_async(producer=producer, retry=False)
    except Exception as error:
        if not will_pass(error):
            raise
        logger.warning("no wake-up was sent, the sweep will send it: the broker is away: %s", error)


def send_missing_wake_ups(task: Task, queue_name: str, wanted: int) -> int:
    """Send wake-ups until `wanted` wait in a queue of the broker, and return how many were sent.

    Those that wait already count, so that a sweep adds nothing while all workers are away or busy.
    """
    if not wanted:
        return 0
    missing = max(0, min(wanted, MAX_WAKE_UPS_OF_A_SWEEP) - waiting_messages(queue_name))
    for _ in range(missing):
        send_wake_up(task)
    return missing


def waiting_messages(queue_name: str) -> int:
    """Return how many messages wait in a queue of the broker."""
    with current_app.connection_for_read() as connection:
        queue = current_app.amqp.queues[queue_name]
        declared = queue.bind(connection.default_channel).queue_declare()
        # The stub takes what the channel answers for the queue's name.
        return declared.message_count  # type: ignore[union-attr]


def ask_broker() -> None:
    """Make sure that the broker answers and takes what is written, over a connection of its own.

    Raises
    ------
    OperationalError, OSError, RedisError
        If it does not, in time.
    """
    with _broker().clone() as connection:
        channel = connection.default_channel
        if isinstance(channel, RedisChannel):
            # A replica and a full Redis answer, and refuse to write.
            with channel.conn_or_acquire() as client:
                client.set("solar-archive-ready", 1, ex=10)


@cache
def _broker() -> Connection:
    connection = current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS)
    connection.transport_options = {
        **(connection.transport_options or {}),
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "max_retries": 0,
    }
    return connection
