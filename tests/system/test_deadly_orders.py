"""Orders that take their worker with them, or take more time or memory than they may."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devtools.sample_cubes import cube_filename, many_cubes, write_cube, write_sparse_cube
from devtools.services import wait_until
from tests.system.archive import Archive, kill
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

OTHERS = 10

SLOW = 300_000_000_000
"""Bytes of a sparse cube whose movie has hundreds of frames. It takes half a minute; no machine is much faster."""


def test_an_order_that_kills_its_worker_every_time_is_failed_with_the_reason_and_the_others_are_done(make_archive):
    archive = make_archive(ORDER_MAX_ATTEMPTS="3", ORDER_LEASE_SECONDS="1")
    archive.start(workers=1, concurrency=2)
    deadly = write_sparse_cube(archive.data / "deadly" / cube_filename(line="6302"), size_bytes=SLOW)
    order = archive.post(deadly)
    with ThreadPoolExecutor(1) as pool:
        reaper = pool.submit(kill_whoever_is_at, archive, deadly, 2)
        others = [archive.post(path) for path in many_cubes(archive.data / "others", OTHERS)]
        assert reaper.result() == 2
    assert [archive.poll(other)["status"] for other in others] == ["completed"] * OTHERS
    assert archive.get(order)["status"] == "started"
    assert kill_whoever_is_at(archive, deadly, 1) == 1
    ended = archive.poll(order)
    assert ended["status"] == "failed"
    assert "The worker died, or was too slow to keep its lease. Given up after 3 attempts." in ended["error"]
    assert [status for status, *_ in archive.runs(deadly)] == ["lost", "lost", "lost", "failed"]
    check_whole(archive, failed=[deadly], surplus_files=True)


def post_with_others(archive: Archive, path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Post a cube and then others. As no worker runs yet, all are due before the next attempt of the first."""
    return archive.post(path), [archive.post(other) for other in many_cubes(archive.data / "others", OTHERS)]


def assert_done_meanwhile(archive: Archive, others: list[dict[str, Any]], failed: dict[str, Any]) -> None:
    """Others, which were posted after an order, were completed before it was failed."""
    ended = [archive.get(other) for other in others]
    assert {other["status"] for other in ended} == {"completed"}
    assert max(other["finished_at"] for other in ended) < failed["finished_at"]


def kill_whoever_is_at(archive: Archive, path: Path, times: int) -> int:
    """Kill the process at an order as often, as the system does to one that takes all memory; tell how many lived."""
    killed = 0
    for _ in range(times):
        pid = archive.process_at(path)
        killed += kill(pid)
        wait_until(lambda pid=pid: archive.query(AT, [f"%:{pid}"]) == [], "somebody else has taken it")
    return killed


AT = (
    "SELECT o.id FROM workorders_workorder o JOIN workorders_workorderrun run ON run.id = o.run_id "
    "WHERE o.status = 'started' AND run.worker LIKE %s"
)


def test_an_order_that_takes_too_long_is_failed_with_the_reason_and_the_others_are_done(make_archive):
    archive = make_archive(ORDER_MAX_ATTEMPTS="2", ORDER_TIME_LIMIT_SECONDS="2")
    archive.stack.start_web(workers=1)
    slow = write_sparse_cube(archive.data / "slow" / cube_filename(line="6302"), size_bytes=SLOW)
    order, others = post_with_others(archive, slow)
    archive.start_workers(workers=1, concurrency=1)
    ended = archive.poll(order)
    assert ended["status"] == "failed"
    assert_done_meanwhile(archive, others, ended)
    assert ended["error"] == "The ingestion took longer than 2 s. Given up after 2 attempts."
    check_whole(archive, failed=[slow])


@pytest.mark.soak
def test_a_worker_that_is_stuck_where_nothing_reaches_it_is_replaced_and_its_order_done(make_archive):
    # The second run, which is not disturbed, takes one of these seconds.
    archive = make_archive(ORDER_TIME_LIMIT_SECONDS="8")
    archive.start(workers=1, concurrency=1)
    path = write_sparse_cube(archive.data / cube_filename(), size_bytes=4_000_000_000)
    order = archive.post(path)
    kill(archive.process_at(path), signal.SIGSTOP)
    ended = archive.poll(order)
    assert ended["status"] == "completed"
    assert [status for status, *_ in archive.runs(path)] == ["lost", "completed"]
    check_whole(archive, surplus_files=True)


def test_an_order_that_takes_too_much_memory_is_failed_with_the_reason_and_the_others_are_done(make_archive):
    archive = make_archive(ORDER_MAX_ATTEMPTS="2", ORDER_RETRY_SECONDS="3", WORKER_MEMORY_LIMIT_MB="400")
    archive.stack.start_web(workers=1)
    greedy = write_cube(archive.data / "greedy" / cube_filename(line="6302"), shape=(1, 1, 2, 4, 4))
    Image.new("RGBA", (8000, 9000)).save(greedy.with_suffix(".png"))
    order, others = post_with_others(archive, greedy)
    archive.start_workers(workers=1, concurrency=1)
    ended = archive.poll(order)
    assert ended["status"] == "failed"
    assert_done_meanwhile(archive, others, ended)
    assert ended["error"] == "The ingestion needed more than 400 MB of memory. Given up after 2 attempts."
    check_whole(archive, failed=[greedy])


@pytest.mark.soak
def test_a_process_that_has_grown_is_replaced_between_orders(make_archive):
    archive = make_archive(WORKER_MEMORY_LIMIT_MB="1000")
    archive.start(workers=1, concurrency=1)
    path = write_cube(archive.data / cube_filename(), shape=(1, 1, 2, 4, 4))
    Image.new("RGBA", (8000, 9000)).save(path.with_suffix(".png"))
    order = archive.post(path)
    grown = archive.process_at(path)
    assert archive.poll(order)["status"] == "completed"
    wait_until(lambda: grown not in archive.pool(), "another process is there")
    assert archive.poll(archive.post(path))["status"] == "completed"
    check_whole(archive)
