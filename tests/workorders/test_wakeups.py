"""Wake-ups over a real broker: a Redis of the test's own, and the folder that stands in for one."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from common import wakeups
from devtools.services import RedisServer, free_port
from svo.tasks import send_next_submission
from tests.support.broker import broker, use_broker
from tests.support.needed import needed
from workorders import queue
from workorders.tasks import process_next_order, sweep
from workorders.wakeups import wake_for_orders

__all__ = ["broker"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis_server(broker) -> Iterator[RedisServer]:
    with needed(), RedisServer() as server:
        use_broker(server.url)
        yield server


def waiting() -> int:
    return wakeups.waiting_messages("ingest")


def test_a_wake_up_waits_in_redis_for_a_worker(redis_server):
    wakeups.send_wake_up(process_next_order)
    assert waiting() == 1


def test_a_wake_up_waits_in_a_folder_for_a_worker(broker, tmp_path: Path):
    folder = str(tmp_path)
    use_broker("filesystem://", data_folder_in=folder, data_folder_out=folder, control_folder=str(tmp_path / "c"))
    (tmp_path / "c").mkdir()
    wakeups.send_wake_up(process_next_order)
    assert waiting() == 1


def test_a_sweep_sends_what_is_missing_and_no_more(redis_server, expire_lease):
    assert sweep() is None
    assert waiting() == 0
    dead = queue.post_order("a.fits", {})
    queue.claim("dead")
    expire_lease(dead)
    for number in range(4):
        queue.post_order(f"{number}.fits", {})
    wakeups.send_wake_up(process_next_order)
    assert wake_for_orders(process_next_order) == 4
    assert waiting() == 5
    assert wake_for_orders(process_next_order) == 0


def test_a_sweep_reaches_workers_whose_clock_is_ahead_of_beat_s_by_up_to_a_lease(settings):
    """Beat's clock tells when a sweep expires, the worker's whether it has."""
    expiring = {
        name: entry["options"]["expires"]
        for name, entry in current_app.conf.beat_schedule.items()
        if "expires" in entry.get("options", {})
    }
    assert set(expiring) == {
        "sweep",
        "sweep of submissions",
        "sweep of mail",
        "sweep of reset requests",
        "sweep of requests for access",
        "new events",
        "sweep of webhooks",
        "sweep of TAP jobs",
    }
    assert min(expiring.values()) >= settings.ORDER_LEASE_SECONDS


def test_a_broker_that_refuses_holds_nobody_up(broker, caplog):
    use_broker(f"redis://127.0.0.1:{free_port()}/0")
    began = time.monotonic()
    wakeups.send_wake_up(process_next_order)
    assert time.monotonic() - began < 1  # The promise that a POST answers within a second.
    assert "the broker is away" in caplog.text


def test_a_broker_that_hangs_holds_nobody_up(redis_server, caplog):
    wakeups.send_wake_up(process_next_order)
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        wakeups.send_wake_up(process_next_order)
        assert time.monotonic() - began < 1
        assert "the broker is away" in caplog.text
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)


def test_a_broker_that_comes_back_empty_is_used_again(redis_server):
    wakeups.send_wake_up(process_next_order)
    redis_server.kill()
    wakeups.send_wake_up(process_next_order)
    redis_server.start()
    queue.post_order("a.fits", {})
    wake_for_orders(process_next_order)
    wake_for_orders(process_next_order)
    assert waiting() == 1


def test_each_task_goes_to_its_own_queue_only(redis_server):
    wakeups.send_wake_up(process_next_order)
    assert (waiting(), wakeups.waiting_messages("svo")) == (1, 0)
    wakeups.send_wake_up(send_next_submission)
    assert (waiting(), wakeups.waiting_messages("svo")) == (1, 1)
