"""Measures TAP: 10,000 queries from a grammar, half of them damaged; then, with 1,000,000 cubes, typical queries and
the export of 100,000 rows in each format.

``python -m benchmarks.tap [COUNT]`` takes another number of cubes. The queries from the grammar are sent to an archive
of 1,000 cubes. A query that leaves the views or writes raises an error, which ends the benchmark.
"""

import django

django.setup()

import io
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import requests
from django.conf import settings

from benchmarks.catalogue import add_instruments_and_tags, fill
from benchmarks.table import print_table
from devtools.adql_queries import queries
from devtools.memory import peak_memory
from devtools.stack import Stack
from vo.adql import ADQLError
from vo.execution import QueryFailed, TookTooLong, carry_out, prepare
from vo.formats import FORMATS, VOTABLE
from vo.role import prepare_role

COUNT = 1_000_000
FILLED_AT_ONCE = 100_000
FUZZED_QUERIES = 10_000
FUZZED_SECONDS = 1.0
REPETITIONS = 7
ROWS = 100_000

_OVERLAP = "t_min < 59030 AND t_max > 59000 AND em_min < 631e-9 AND em_max > 630e-9"
QUESTIONS = {
    "a day and a wavelength, by ObsCore": "SELECT TOP 100 * FROM ivoa.obscore WHERE "
    + _OVERLAP.replace("59030", "59001"),
    "a month and a wavelength, by ObsCore": f"SELECT TOP 100 * FROM ivoa.obscore WHERE {_OVERLAP}",
    "the same in the order of time": f"SELECT TOP 100 * FROM ivoa.obscore WHERE {_OVERLAP} ORDER BY t_min",
    "a year and a wavelength that it lacks": "SELECT TOP 100 * FROM ivoa.obscore WHERE t_min < 59365 AND t_max > 59000 "
    "AND em_min < 431e-9 AND em_max > 430e-9",
    "a wavelength that no cube has": "SELECT TOP 100 * FROM ivoa.obscore WHERE em_min > 1e-6",
    "the newest": "SELECT TOP 100 * FROM ivoa.obscore ORDER BY t_min DESC",
    "a month and a frequency, by EPN-TAP": "SELECT TOP 100 * FROM archive.epn_core WHERE time_min < 2459030 AND "
    "time_max > 2459000 AND spectral_range_min < 476e12 AND spectral_range_max > 475e12",
    "a month and a wavelength, of data_cubes": "SELECT TOP 100 * FROM archive.data_cubes WHERE "
    "date_beg < '2020-07-01' AND date_end > '2020-06-01' AND wavelength_min < 631 AND wavelength_max > 630",
    "a keyword of the cubes of a day": "SELECT k.oid, k.number_value FROM archive.data_cubes AS c JOIN "
    "archive.keywords AS k ON k.oid = c.oid WHERE c.date_beg BETWEEN '2020-06-01' AND '2020-06-02' "
    "AND k.keyword = 'XPOSURE'",
    "a place on the Sun that no cube shows": "SELECT TOP 100 * FROM archive.epn_core WHERE c1min < -0.5 "
    "AND c1max > -0.5",
    "how many": "SELECT COUNT(*) FROM ivoa.obscore",
}  # fmt: skip


def fuzzed() -> Iterator[tuple[object, ...]]:
    """Send queries from a grammar, and yield how many ended in which way, and the longest time."""
    outcomes: Counter[str] = Counter()
    longest = 0.0
    for query, form in zip(queries(FUZZED_QUERIES, seed=1), cycle(FORMATS), strict=False):
        began = time.perf_counter()
        try:
            carry_out(prepare(query, 50), "", 50, form, FUZZED_SECONDS, io.BytesIO())
            outcome = "carried out"
        except ADQLError:
            outcome = "refused by the parser"
        except TookTooLong:
            outcome = f"stopped after {FUZZED_SECONDS:g} s"
        except QueryFailed:
            outcome = "failed in PostgreSQL"
        outcomes[outcome] += 1
        longest = max(longest, time.perf_counter() - began)
    yield from outcomes.most_common()
    yield "the longest, s", f"{longest:.2f}"


def questions() -> Iterator[tuple[object, ...]]:
    """Carry out typical queries, and yield the median and the fastest time of each."""
    for question, query in QUESTIONS.items():
        seconds = []
        for _ in range(REPETITIONS):
            began = time.perf_counter()
            outcome = carry_out(prepare(query, ROWS), query, ROWS, VOTABLE, 60, io.BytesIO())
            seconds.append(time.perf_counter() - began)
        yield question, outcome.rows, f"{1000 * statistics.median(seconds):.0f}", f"{1000 * min(seconds):.0f}"


def exports() -> Iterator[tuple[object, ...]]:
    """Get rows in each format from gunicorn, after a first query, and yield the peak memory that they add."""
    query = f"SELECT TOP {ROWS} * FROM archive.data_cubes"
    for form in FORMATS:
        with Stack({"ARCHIVE_BASE_URL": settings.ARCHIVE_BASE_URL}, settings.LOCAL_ROOT / "logs") as stack:
            stack.start_web(workers=1)
            url = f"{stack.base_url}/tap/sync"
            asked = {"LANG": "ADQL", "FORMAT": form.media_type}
            requests.get(url, asked | {"QUERY": query, "MAXREC": 10}, timeout=60).raise_for_status()
            before, began = peak_memory(stack.processes["web"].pid), time.perf_counter()
            with requests.get(url, asked | {"QUERY": query}, stream=True, timeout=600) as answer:
                answer.raise_for_status()
                size = sum(len(block) for block in answer.iter_content(2**20))
            seconds = time.perf_counter() - began
            grown = peak_memory(stack.processes["web"].pid) - before
        yield form.aliases[0], f"{seconds:.1f}", f"{size / 1e6:.0f}", f"{grown / 1e6:.1f}"


def main(arguments: list[str]) -> None:
    """Print the figures."""
    count = int(arguments[0]) if arguments else COUNT
    prepare_role()
    add_instruments_and_tags()
    fill(1, 1000, keywords=5)
    print_table([f"{FUZZED_QUERIES:,} queries", "number"], fuzzed())
    for first in range(1001, count + 1, FILLED_AT_ONCE):
        fill(first, min(first + FILLED_AT_ONCE - 1, count), keywords=2)
    print(f"\nWith {count:,} cubes:\n")
    print_table(["query", "rows", "median, ms", "fastest, ms"], questions())
    print(f"\n{ROWS:,} rows of archive.data_cubes:\n")
    print_table(["format", "s", "MB", "peak memory added, MB"], exports())


if __name__ == "__main__":
    main(sys.argv[1:])
