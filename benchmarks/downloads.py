"""Compares downloads with ``cat`` of the same file, and measures the peak memory that ten downloads at once add.

Django and gunicorn send the file, with one process of four threads, as without X_ACCEL_PREFIX. The file of 2 GB is in
the page cache, so that the disk does not count.
"""

import django

django.setup()

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.conf import settings
from solar_archive_client import Archive

from benchmarks.ingestion import order
from benchmarks.table import median_milliseconds, print_table
from devtools.memory import peak_memory
from devtools.sample_cubes import cube_filename, write_sparse_cube
from devtools.stack import Stack

REPETITIONS = 7
SIZE = 2_000_000_000
BLOCK_SIZE = 2**20


def cat(path: Path) -> None:
    """Read a file through a pipe, as a client reads a download through a socket."""
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        _read_all(process.stdout)


def download(url: str) -> None:
    """Download a file."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=60)
    connection.request("GET", address.path)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    assert _read_all(response) == int(response.headers["Content-Length"])
    connection.close()


def rows() -> Iterator[tuple[object, ...]]:
    """Measure ``cat``, one download, and ten at once."""
    cube = write_sparse_cube(settings.SCIENCE_DATA_ROOT / "downloads" / cube_filename(), size_bytes=SIZE)
    order(str(cube.relative_to(settings.SCIENCE_DATA_ROOT)))
    with Stack({}, settings.SCIENCE_DATA_ROOT / "logs") as stack:
        stack.start_web(workers=1)
        [listed] = requests.get(f"{stack.base_url}/api/v1/data-cubes/", timeout=10).json()["results"]
        one = partial(download, listed["download_url"])
        yield _row("cat", median_milliseconds(partial(cat, cube), REPETITIONS))
        yield _row("one download", median_milliseconds(one, REPETITIONS))
        target = settings.SCIENCE_DATA_ROOT.parent / "downloaded"
        curl = ["curl", "--silent", "--fail", "--output", str(target / "curl.fits"), listed["download_url"]]
        target.mkdir()
        yield _row("curl", median_milliseconds(partial(subprocess.run, curl, check=True), REPETITIONS))
        client = partial(_download_by_client, stack.base_url, listed["oid"], target)
        yield _row("the Python client", median_milliseconds(client, REPETITIONS))
        before = peak_memory(stack.processes["web"].pid)
        with ThreadPoolExecutor(10) as clients:
            ten = median_milliseconds(lambda: [done.result() for done in [clients.submit(one) for _ in range(10)]], 1)
        grown = peak_memory(stack.processes["web"].pid) - before
        yield _row("ten downloads at once", ten / 10, f"{grown / 1e6:.1f}")


def _download_by_client(url: str, oid: str, target: Path) -> None:
    [path] = Archive(url).download(oid, target, progress=False)
    path.unlink()


def _read_all(stream: object) -> int:
    buffer, length = bytearray(BLOCK_SIZE), 0
    # Both streams have readinto; the stubs type a process's pipe as IO[bytes], which lacks it.
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        length += count
    return length


def _row(what: str, milliseconds: float, memory: str = "") -> tuple[object, ...]:
    return what, f"{SIZE / milliseconds / 1e3:.0f}", memory


if __name__ == "__main__":
    print_table(["what", "MB/s in all", "peak memory added, MB"], rows())
