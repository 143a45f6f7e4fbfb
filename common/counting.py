"""Counting rows of tables that may have millions, at a cost that has a bound."""

import json
from dataclasses import dataclass

from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 100_000


@dataclass(frozen=True)
class Count:
    """A number of rows; beyond EXACT_UP_TO it is the database's estimate."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_exact else f"about {self.number:,}"


def count(rows: QuerySet) -> Count:
    """Count rows exactly up to EXACT_UP_TO; beyond, tell what the planner of PostgreSQL expects.

    The planner knows the share of each value of a column from the last ANALYZE, which the server does by itself as
    tables change. On SQLite, which is not for millions of cubes, all rows are counted.
    """
    rows = rows.order_by().values("pk")
    if connections[rows.db].vendor != "postgresql":
        return Count(rows.count())
    number = rows[: EXACT_UP_TO + 1].count()
    if number <= EXACT_UP_TO:
        return Count(number)
    [plan] = json.loads(rows.explain(format="json"))
    return Count(max(number, plan["Plan"]["Plan Rows"]), is_exact=False)
