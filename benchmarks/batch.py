"""Measures the rate of POST /api/v1/ingest/batch/ over HTTP, with one client and with two, new paths and known ones."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.table import print_table
from demo.archive import make_token
from devtools.stack import Stack

PATHS, IN_A_BATCH = 10_000, 1000


def rows() -> Iterator[tuple[object, ...]]:
    """Measure with one client and with two."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        paths = [f"{number}.fits" for number in range(PATHS)]
        for path in paths:
            (data / path).touch()
        with Stack({"SCIENCE_DATA_ROOT": str(data)}, Path(folder) / "logs") as stack:
            stack.prepare()
            stack.start_web()
            token = make_token(stack, "benchmark")
            for what, clients in (("new", 1), ("queued before", 1), ("queued before", 2)):
                yield what, clients, f"{PATHS / post_all(stack.base_url, token, paths, clients):.0f}"


def post_all(base_url: str, token: str, paths: list[str], clients: int) -> float:
    """Post all paths in batches, and return the seconds."""
    batches = [paths[first : first + IN_A_BATCH] for first in range(0, len(paths), IN_A_BATCH)]

    def post(some: list[list[str]]) -> None:
        for batch in some:
            answer = requests.post(
                f"{base_url}/api/v1/ingest/batch/",
                json={"orders": [{"relative_path": path} for path in batch]},
                headers={"Authorization": f"Token {token}"},
                timeout=60,
            )
            assert {result["status"] for result in answer.json()["results"]} == {202}, answer.text[:1000]

    began = time.perf_counter()
    threads = [threading.Thread(target=post, args=(batches[number::clients],)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


if __name__ == "__main__":
    print_table(["paths", "clients", "paths/s"], rows())
