"""Wake-ups: Celery messages that say “there is work”, and carry nothing.

A lost wake-up loses nothing and a surplus one does nothing, so that a broker that is away must neither fail nor hold up
whoever sends one: a sweep sends again what is missing.
"""

import logging
from functools import cache

import amqp
from celery import current_app
from celery.app.task import Task
from kombu import Connection
from kombu.pools import producers
from kombu.transport import pyamqp
from kombu.transport.redis import Channel as RedisChannel

from common.transience import will_pass

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 0.4
SWEEP_TIMEOUT_SECONDS = 5
MAX_WAKE_UPS_OF_A_SWEEP = 1000


def send_wake_up(task: Task) -> bool:
    """Wake the workers, and return whether the broker took the message in time. If it did not, log it."""
    broker = _broker()
    try:
        with producers[broker].acquire(block=True, timeout=BROKER_TIMEOUT_SECONDS) as producer:
            try:
                task.apply_async(producer=producer, retry=False)
            except Exception:
                producer.connection.collect()  # The connection may have sent half a message.
                raise
    except Exception as error:
        if not (will_pass(error) or isinstance(error, broker.connection_errors + broker.channel_errors)):
            raise
        logger.warning("no wake-up was sent, the sweep will send it: the broker is away: %s", error)
        return False
    return True


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
    with _connection(SWEEP_TIMEOUT_SECONDS) as connection:
        queue = current_app.amqp.queues[queue_name]
        declared = queue.bind(connection.default_channel).queue_declare()
        # The stub takes what the channel answers for the queue's name.
        return declared.message_count  # type: ignore[union-attr]


def ask_broker() -> None:
    """Check over a new connection that the broker answers and accepts writes.

    Raises
    ------
    OperationalError, OSError, RedisError
        If it does not, in time.
    """
    with _broker().clone() as connection:
        channel = connection.default_channel
        if isinstance(channel, RedisChannel):
            # A replica or a full Redis answers but refuses to write.
            with channel.conn_or_acquire() as client:
                client.set("solar-archive-ready", 1, ex=10)


@cache
def _broker() -> Connection:
    return _connection(BROKER_TIMEOUT_SECONDS)


def _connection(seconds: float) -> Connection:
    """Make a connection that waits at most this long for each answer of the broker and does not retry."""
    connection = current_app.connection_for_write(connect_timeout=seconds)
    connection.transport_options = {
        **(connection.transport_options or {}),
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "max_retries": 0,
    }
    if connection.get_transport_cls() is pyamqp.Transport:
        # The stub knows names only.
        connection.transport_cls = _ImpatientTransport  # type: ignore[assignment]
    return connection


class _ImpatientTransport(pyamqp.Transport):
    """RabbitMQ's, with a bound on each answer: py-amqp reads again after its `read_timeout`, without end."""

    def establish_connection(self) -> amqp.Connection:
        connection = super().establish_connection()
        # The stubs allow for what is not connected.
        connection.sock.settimeout(self.client.connect_timeout)  # type: ignore[union-attr]
        return connection
