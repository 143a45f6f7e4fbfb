"""Prints tables of figures, and measures medians."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown, each row as soon as it is measured."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(str(value) for value in row)} |", flush=True)


def median_milliseconds(
    work: Callable[[], object], repetitions: int, prepare: Callable[[], object] = lambda: None
) -> float:
    """Time `work` several times, each after `prepare`, and return the median."""
    times = []
    for _ in range(repetitions):
        prepare()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
