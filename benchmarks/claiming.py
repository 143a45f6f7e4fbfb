"""Measures claiming an order with 1,000, 100,000 and 1,000,000 other orders: all ended, and all queued."""

import django

django.setup()

from collections.abc import Iterator
from functools import partial

from django.db import connection

from benchmarks.table import median_milliseconds, print_table
from workorders.models import WorkOrder
from workorders.queue import claim, post_order

REPETITIONS = 101

FILL = """
INSERT INTO workorders_workorder (relative_path, status, request, oid, error_kind, created_at, queued_at, attempts)
SELECT 'filled/' || i || '.fits', %s, '{}', '', '', now(), now() - interval '1 day' + i * interval '1 millisecond', 0
FROM generate_series(1, %s) AS i
"""


def rows() -> Iterator[tuple[object, ...]]:
    """Measure each size of the table."""
    for number in (1_000, 100_000, 1_000_000):
        figures = []
        for status in ("completed", "queued"):
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE workorders_workorder CASCADE")
                cursor.execute(FILL, [status, number])
                cursor.execute("VACUUM ANALYZE workorders_workorder")
            paths = (f"posted/{index}.fits" for index in range(REPETITIONS))
            post_next = partial(lambda paths: post_order(next(paths), {}), paths)
            figures.append(median_milliseconds(lambda: claim("benchmark"), REPETITIONS, post_next))
        yield f"{number:,}", *(f"{figure:.2f}" for figure in figures)
    WorkOrder.objects.all().delete()


if __name__ == "__main__":
    print_table(["orders in the table", "all others ended: claim, ms", "all others queued: claim, ms"], rows())
