"""Measures each export of a list of 100,000 cubes: seconds, bytes, and the peak memory added.

gunicorn sends the list, with one process of four threads, from a database filled as by ``benchmarks.catalogue``.
"""

import django

django.setup()

import time
from collections.abc import Iterator

import requests
from django.conf import settings

from benchmarks.catalogue import add_instruments_and_tags, fill
from benchmarks.table import print_table
from catalogue.exports.formats import EXPORT_FORMATS
from devtools.memory import peak_memory
from devtools.stack import Stack

COUNT = 100_000


def rows() -> Iterator[tuple[object, ...]]:
    """Export the list in each format, after a first export of one cube."""
    add_instruments_and_tags()
    fill(1, COUNT)
    for name in EXPORT_FORMATS:
        with Stack({}, settings.SCIENCE_DATA_ROOT / "logs") as stack:
            stack.start_web(workers=1)
            url = f"{stack.base_url}/api/v1/data-cubes/"
            requests.get(url, {"format": name, "time_from": "2100-01-01"}, timeout=60).raise_for_status()
            before, began = peak_memory(stack.processes["web"].pid), time.perf_counter()
            with requests.get(url, {"format": name}, stream=True, timeout=600) as answer:
                answer.raise_for_status()
                size = sum(len(block) for block in answer.iter_content(2**20))
            seconds = time.perf_counter() - began
            grown = peak_memory(stack.processes["web"].pid) - before
        yield name, f"{seconds:.1f}", f"{size / 1e6:.0f}", f"{grown / 1e6:.1f}"


if __name__ == "__main__":
    print_table(["format", "s", "MB", "peak memory added, MB"], rows())
