"""Redis killed, restarted empty, hanging, emptied, and away for the whole run."""

import os
import signal
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pytest
import redis

from devtools.sample_cubes import many_cubes
from tests.system.archive import FIGURES, SOAK, Archive, note_highest
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

ACCEPTED_WITHIN_SECONDS = 1.0
"""The promise of the API, whatever the broker does."""


def test_while_redis_is_away_for_the_whole_run_posts_are_accepted_and_done_once_it_is_back(make_archive):
    archive = make_archive()
    archive.servers.broker.kill()
    archive.stack.start_web(workers=1)
    post_quickly(archive, many_cubes(archive.data, 20))
    archive.start_workers(workers=2, concurrency=1)
    assert archive.pending() == 20
    archive.servers.broker.start()
    archive.wait_until_idle()
    check_whole(archive)


def test_redis_that_is_restarted_empty_again_and_again_loses_nothing(make_archive):
    archive = make_archive()
    archive.start(workers=2, concurrency=1)
    restarts = 20 if SOAK else 2
    cubes = iter(many_cubes(archive.data, 15 * restarts))
    for number in range(restarts):
        post_quickly(archive, islice(cubes, 10))
        archive.servers.broker.kill()
        post_quickly(archive, islice(cubes, 5))
        time.sleep(number % 4)
        archive.servers.broker.start()
        FIGURES["restarts of Redis"] += 1
    archive.wait_until_idle()
    check_whole(archive)


def test_redis_that_hangs_holds_up_no_post_and_the_work_goes_on_after_it(make_archive):
    archive = make_archive()
    archive.start(workers=2, concurrency=1)
    cubes = many_cubes(archive.data, 10)
    post_quickly(archive, cubes[:5])
    os.kill(archive.servers.broker.pid, signal.SIGSTOP)
    FIGURES["times that Redis hung"] += 1
    try:
        post_quickly(archive, cubes[5:])
        time.sleep(30 if SOAK else 3)
    finally:
        os.kill(archive.servers.broker.pid, signal.SIGCONT)
    archive.wait_until_idle()
    check_whole(archive)


@pytest.mark.parametrize(
    ("refuse", "take_again"),
    [
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    ],
    ids=["as a replica", "as it is full"],
)
def test_workers_wait_while_redis_refuses_to_write(make_archive, refuse, take_again):
    archive = make_archive()
    archive.start(workers=1, concurrency=1)
    cubes = many_cubes(archive.data, 6)
    post_quickly(archive, cubes[:3])
    archive.wait_until_idle()
    with redis.Redis.from_url(archive.servers.broker.url) as broker:
        broker.execute_command(*refuse)
        try:
            post_quickly(archive, cubes[3:])
            time.sleep(3)
            assert archive.stack.processes["worker-0"].poll() is None
        finally:
            broker.execute_command(*take_again)
    archive.wait_until_idle()
    assert archive.stack.processes["worker-0"].poll() is None
    check_whole(archive)


@pytest.mark.soak
def test_redis_that_is_emptied_while_it_runs_loses_nothing(make_archive):
    archive = make_archive()
    archive.start(workers=2, concurrency=1)
    cubes = many_cubes(archive.data, 15)
    post_quickly(archive, cubes[:5])
    archive.wait_until_idle()
    with redis.Redis.from_url(archive.servers.broker.url) as client:
        for paths in (cubes[5:10], cubes[10:]):
            client.flushall()
            post_quickly(archive, paths)
        client.flushall()
    archive.wait_until_idle()
    check_whole(archive)


def post_quickly(archive: Archive, paths: Iterable[Path]) -> None:
    """Post cubes, each of which is accepted within the time that the API promises."""
    times = []
    for path in paths:
        began = time.monotonic()
        archive.post(path)
        times.append(time.monotonic() - began)
    note_highest("ms: the slowest POST beside a Redis that comes and goes", 1000 * max(times))
    assert max(times) < ACCEPTED_WITHIN_SECONDS, times
