"""Queries from a grammar, half of them damaged: `benchmarks/tap.py` sends 10,000, this test some hundred.

The role of queries may read the views only. A query that leaves them would raise `NotReady`, one that writes an error
of PostgreSQL, and one that takes too long `TookTooLong`, which is no failure but has a bound.
"""

import io
import time
from itertools import cycle

import pytest
from django.db import connection

from devtools.adql_queries import queries
from tests.support.archived_cubes import copy_of
from vo.adql import ADQLError
from vo.execution import QueryFailed, carry_out, prepare
from vo.formats import FORMATS

pytestmark = pytest.mark.django_db

NUMBER = 300
SECONDS = 1.0
MAX_ROWS = 50


def test_none_leaves_the_views_writes_or_runs_longer_than_its_limit(role, archive_cube):
    cube = archive_cube()
    for number in range(5):
        copy_of(cube, f"copy-{number}", mu=number / 10, cadence=None)
    before = rows_of_all_tables()
    outcomes = {"carried out": 0, "refused": 0, "failed": 0}
    for query, form in zip(queries(NUMBER, seed=20), cycle(FORMATS), strict=False):
        began = time.monotonic()
        try:
            carry_out(prepare(query, MAX_ROWS), "", MAX_ROWS, form, SECONDS, io.BytesIO())
            outcomes["carried out"] += 1
        except ADQLError:
            outcomes["refused"] += 1
        except QueryFailed:
            outcomes["failed"] += 1
        assert time.monotonic() - began < 2 * SECONDS + 1, query
    assert rows_of_all_tables() == before
    assert outcomes["carried out"] > NUMBER / 5, outcomes
    assert outcomes["refused"] > NUMBER / 5, outcomes


def rows_of_all_tables() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables))
        return dict(cursor.fetchall())
