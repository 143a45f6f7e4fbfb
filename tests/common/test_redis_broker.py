"""A worker that cannot acknowledge a message, as Redis refuses to write, can take the next one."""

import pytest
import redis
from kombu import Connection

import config.celery  # noqa: F401  It changes kombu's transport.
from devtools.services import RedisServer
from tests.support.needed import needed


@pytest.mark.parametrize("command", [("REPLICAOF", "127.0.0.1", "1"), ("CONFIG", "SET", "maxmemory", "1")])
def test_a_message_that_cannot_be_acknowledged_does_not_count_against_the_prefetch(command):
    with needed(), RedisServer() as server, Connection(server.url) as connection:
        connection.SimpleQueue("wake-ups").put("work")
        queue = connection.SimpleQueue("wake-ups")
        channel = queue.channel
        channel.basic_qos(0, 1, False)
        message = queue.get(timeout=5)
        assert not channel.qos.can_consume()
        redis.Redis.from_url(server.url).execute_command(*command)
        message.ack()
        assert channel.qos.can_consume()
