"""Many clients at once, and many orders at once."""

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from devtools.sample_cubes import many_cubes
from devtools.services import wait_until
from tests.system.archive import FIGURES, SOAK, Archive
from tests.system.whole import check_whole, processes_of

pytestmark = pytest.mark.system

CLIENTS = 20
SECONDS = 60 if SOAK else 5
ORDERS = 10_000 if SOAK else 60
MAX_GROWTH_MB = 20


def test_twenty_clients_that_post_all_the_time_meet_no_error(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    paths = many_cubes(archive.data, CLIENTS)
    stop = time.monotonic() + SECONDS

    def post_until_the_end(path: Path) -> list[tuple[int, float]]:
        answers = []
        with requests.Session() as session:
            session.headers.update(archive.session.headers)
            body = {"relative_path": str(path.relative_to(archive.data))}
            while time.monotonic() < stop:
                began = time.monotonic()
                answer = session.post(f"{archive.stack.base_url}/api/v1/ingest/", json=body, timeout=30)
                answers.append((answer.status_code, time.monotonic() - began))
        return answers

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [answer for found in clients.map(post_until_the_end, paths) for answer in found]
    FIGURES["errors that 20 clients met"] += sum(status != 202 for status, _ in answers)
    assert Counter(status for status, _ in answers) == {202: len(answers)}
    archive.accepted |= {str(path.relative_to(archive.data)): [{}] for path in paths}
    milliseconds = sorted(1000 * seconds for _, seconds in answers)
    FIGURES["POSTs of 20 clients at once"] += len(answers)
    FIGURES["ms: median of these POSTs"] = round(statistics.median(milliseconds))
    FIGURES["ms: 99th percentile of these POSTs"] = round(milliseconds[int(0.99 * len(milliseconds))])
    FIGURES["ms: the slowest of these POSTs"] = round(milliseconds[-1])
    archive.wait_until_idle()
    check_whole(archive)


def test_many_orders_queued_at_once_drain_with_flat_memory(make_archive):
    archive = make_archive()
    paths = many_cubes(archive.data, ORDERS)
    archive.stack.start_web()
    for path in paths:
        archive.post(path)
    archive.stack.start_worker("worker-0", concurrency=2)
    archive.stack.start_beat()
    wait_until(lambda: archive.pending() < 0.7 * ORDERS, "a third is done", 3600)
    before = memory_mb(archive)
    wait_until(lambda: archive.pending() < 0.02 * ORDERS, "nearly all is done", 3600)
    after = memory_mb(archive)
    archive.wait_until_idle()
    FIGURES["MB: all processes after a third of the orders"] = round(before)
    FIGURES["MB: all processes after all of them"] = round(after)
    assert after - before < MAX_GROWTH_MB
    check_whole(archive)


def memory_mb(archive: Archive) -> float:
    """Resident memory of all processes of an archive together."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in processes_of(archive)) * 4096 / 2**20
