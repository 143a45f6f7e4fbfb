"""RabbitMQ as the broker: wake-ups arrive; one that is away, hangs or refuses holds nobody up and loses nothing."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from celery import current_app
from kombu import Connection, pools
from kombu.exceptions import OperationalError as BrokerError

from common import wakeups
from devtools.rabbitmq import RabbitMQServer
from devtools.sample_cubes import many_cubes
from devtools.services import free_port, wait_until
from tests.support.broker import broker, use_broker
from tests.support.needed import needed
from tests.system.archive import Archive
from tests.system.test_redis_away import post_quickly
from tests.system.whole import check_whole
from workorders.tasks import process_next_order

__all__ = ["broker"]

pytestmark = pytest.mark.system

SOON_SECONDS = 1.0
"""The promise that a POST answers within a second."""


@pytest.fixture(scope="module")
def node() -> Iterator[RabbitMQServer]:
    with needed(), RabbitMQServer() as server:
        yield server


@pytest.fixture
def rabbitmq(node: RabbitMQServer, broker: None) -> Iterator[RabbitMQServer]:
    """A RabbitMQ with empty queues, which the Celery app of this process uses, without a connection so far."""
    use_broker(node.url)
    pools.reset()
    purge()
    yield node
    use_broker(node.url)
    purge()


def purge() -> None:
    """Empty the queues."""
    with current_app.connection_for_write() as connection:
        for queue in current_app.amqp.queues.values():
            queue.bind(connection.default_channel).declare()
            connection.default_channel.queue_purge(queue.name)


@pytest.fixture
def make_archive_on_rabbitmq(node: RabbitMQServer, make_archive: Callable[..., Archive]) -> Callable[..., Archive]:
    """Make an archive whose broker is RabbitMQ."""
    return lambda **settings: make_archive(CELERY_BROKER_URL=node.url, **settings)


@contextmanager
def hanging(server: RabbitMQServer) -> Iterator[None]:
    """Let RabbitMQ take connections and messages, and answer nothing, in the block."""
    server.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.send_signal(signal.SIGCONT)


@contextmanager
def soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON_SECONDS


def waiting() -> int:
    return wakeups.waiting_messages("ingest")


def test_a_sweep_sends_what_is_missing_and_no_more(rabbitmq):
    wakeups.send_wake_up(process_next_order)
    assert waiting() == 1
    assert wakeups.send_missing_wake_ups(process_next_order, "ingest", 4) == 3
    assert wakeups.send_missing_wake_ups(process_next_order, "ingest", 4) == 0
    assert (waiting(), wakeups.waiting_messages("svo")) == (4, 0)


def test_a_rabbitmq_that_refuses_holds_nobody_up(broker, caplog):
    use_broker(f"amqp://guest:guest@127.0.0.1:{free_port()}//")
    with soon():
        wakeups.send_wake_up(process_next_order)
    assert "the broker is away" in caplog.text


@pytest.mark.parametrize("wrong", ["guest:secret", "nobody:secret"])
def test_a_rabbitmq_that_knows_no_such_account_holds_nobody_up(rabbitmq, caplog, wrong):
    use_broker(rabbitmq.url.replace("guest:guest", wrong))
    with soon():
        wakeups.send_wake_up(process_next_order)
    assert "the broker is away" in caplog.text
    assert "secret" not in caplog.text


def test_a_rabbitmq_that_hangs_holds_up_nobody_who_is_connected(rabbitmq):
    wakeups.send_wake_up(process_next_order)
    with hanging(rabbitmq), soon():
        wakeups.send_wake_up(process_next_order)
    wakeups.send_wake_up(process_next_order)
    assert waiting() == 3


def test_a_rabbitmq_that_hangs_holds_up_nobody_who_connects(rabbitmq, caplog):
    with hanging(rabbitmq), soon():
        wakeups.send_wake_up(process_next_order)
    assert "the broker is away" in caplog.text
    wakeups.send_wake_up(process_next_order)
    assert waiting() == 1


def test_a_rabbitmq_that_reads_no_more_holds_nobody_up(rabbitmq, caplog, monkeypatch):
    monkeypatch.setattr(process_next_order, "typing", False)  # Its arguments are not looked at.
    wakeups.send_wake_up(process_next_order)
    large = process_next_order.s("x" * 1_000_000)  # Some of it fill all buffers on the way.
    with hanging(rabbitmq):
        for _ in range(50):
            with soon():
                wakeups.send_wake_up(large)
            if "the broker is away" in caplog.text:
                break
    assert "timed out" in caplog.text
    wakeups.send_wake_up(process_next_order)
    assert waiting() >= 2


def test_a_sweep_does_not_wait_for_a_rabbitmq_that_hangs(rabbitmq, monkeypatch):
    monkeypatch.setattr(wakeups, "SWEEP_TIMEOUT_SECONDS", 0.3)
    with hanging(rabbitmq), soon(), pytest.raises(BrokerError):
        waiting()


def test_a_post_wakes_a_worker_without_a_sweep(make_archive_on_rabbitmq):
    archive = make_archive_on_rabbitmq()
    archive.stack.start_web(workers=1)
    archive.stack.start_worker("worker-0")  # And no beat.
    for path in many_cubes(archive.data, 5):
        assert archive.poll(archive.post(path))["status"] == "completed"
    assert ready(archive) == (200, "ok")
    check_whole(archive)


def test_orders_are_taken_while_rabbitmq_hangs_or_is_away_and_done_once_it_is_back(make_archive_on_rabbitmq, node):
    archive = make_archive_on_rabbitmq()
    archive.start(workers=2, concurrency=1)
    first, *cubes = many_cubes(archive.data, 15)
    archive.poll(archive.post(first))
    with hanging(node):
        post_quickly(archive, cubes[:5])
        assert ready(archive)[0] == 503
    post_quickly(archive, cubes[5:10])
    archive.wait_until_idle()
    node.kill()
    try:
        post_quickly(archive, cubes[10:])
        assert ready(archive) == (
            503,
            "The broker takes no messages; orders are taken, and carried out once it is back.",
        )
    finally:
        node.start()
    with Connection(node.url) as connection:
        connection.default_channel.queue_purge("ingest")  # Only sweeps can bring the work back now.
    wait_until(lambda: not archive.pending(), "beat sends again", 60)
    check_whole(archive)


def ready(archive: Archive) -> tuple[int, str]:
    """The status of /readyz and what it says of the broker, within about a second."""
    began = time.monotonic()
    answer = archive.session.get(f"{archive.stack.base_url}/readyz", timeout=5)
    assert time.monotonic() - began < 1.8
    return answer.status_code, answer.json()["broker"]
