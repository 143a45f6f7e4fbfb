"""Measures the latency and rate of POST /api/v1/ingest/ over HTTP, with one client and with eight."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.table import print_table
from demo.archive import make_token
from devtools.sample_cubes import many_cubes
from devtools.stack import Stack

POSTS = 800


def rows() -> Iterator[tuple[object, ...]]:
    """Measure with an increasing number of clients."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        paths = [path.name for path in many_cubes(data, 100)]
        with Stack({"SCIENCE_DATA_ROOT": str(data)}, Path(folder) / "logs") as stack:
            stack.prepare()
            stack.start_web()
            token = make_token(stack, "benchmark")
            for clients in (1, 8):
                times, seconds = post_all(stack.base_url, token, paths, clients)
                percentile = statistics.quantiles(times, n=100)[98]
                yield (
                    clients,
                    f"{statistics.median(times) * 1000:.1f}",
                    f"{percentile * 1000:.1f}",
                    f"{len(times) / seconds:.0f}",
                )


def post_all(base_url: str, token: str, paths: list[str], clients: int) -> tuple[list[float], float]:
    """Post from several clients at once, and return the time of each POST and the total time."""
    times: list[float] = []

    def post() -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Token {token}"
            for number in range(POSTS // clients):
                began = time.perf_counter()
                answer = session.post(
                    f"{base_url}/api/v1/ingest/", json={"relative_path": paths[number % len(paths)]}, timeout=30
                )
                times.append(time.perf_counter() - began)
                assert answer.status_code == 202, answer.text

    began = time.perf_counter()
    threads = [threading.Thread(target=post) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - began


if __name__ == "__main__":
    print_table(["clients", "median, ms", "99th percentile, ms", "POSTs/s"], rows())
