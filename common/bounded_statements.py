"""Bounds on the cost of statements that depend on what somebody asks. They hold on PostgreSQL.

SQLite, which is not for large archives, has none of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import OperationalError, connections, transaction

_QUERY_CANCELED = "57014"


class TookTooLong(Exception):
    """A statement was stopped at its limit of time."""


@contextmanager
def time_limit(seconds: float | None, using: str) -> Iterator[None]:
    """Stop each statement within that takes longer; None: no limit.

    Raises
    ------
    TookTooLong
        If a statement was stopped.
    """
    try:
        with _settings({} if seconds is None else {"statement_timeout": str(int(seconds * 1000))}, using):
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == _QUERY_CANCELED:
            raise TookTooLong from error
        raise


@contextmanager
def by_condition_indexes(wanted: bool, using: str) -> Iterator[None]:
    """Have the planner find rows by the indexes of conditions within, instead of comparing row after row."""
    with _settings(dict.fromkeys(("enable_seqscan", "enable_indexscan"), "off") if wanted else {}, using):
        yield


@contextmanager
def _settings(values: Mapping[str, str], using: str) -> Iterator[None]:
    if not values or connections[using].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in values.items()))
        yield
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in values))
