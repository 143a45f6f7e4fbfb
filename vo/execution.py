"""Carries out a query: one transaction that only reads, by a role that may read the views only, within bounds.

The result is written to a file as fast as PostgreSQL gives it, a thousand rows at a time. A client that reads slowly
so holds no transaction, and an error has its own HTTP status.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import psycopg2
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg2.extensions import cursor as PostgreSQLCursor

from common.errors import on_one_line
from vo.adql import Translation, parse, translate
from vo.formats import Format

ROWS_AT_ONCE = 1000
MAX_RESULT_BYTES = 2**30
_QUERY_CANCELED = "57014"
_INSUFFICIENT_PRIVILEGE = "42501"
_FAULTS_OF_QUERIES = ("21", "22", "23514", "42", "54", "53400")
"""SQLSTATE: several rows for a value, data, the domain of texts, names and types, too complex, too many temporary
files."""


class QueryFailed(Exception):
    """The query cannot be carried out; the message says why, for the person who wrote it."""


class TookTooLong(QueryFailed):
    """The query was stopped at its limit of time, or because its job was aborted."""


class NotReady(Exception):
    """The archive cannot carry out queries; the message says why, for the person who runs it."""


@dataclass(frozen=True)
class Outcome:
    """The number of rows of a result, and whether the query has more."""

    rows: int
    overflow: bool


class Rows:
    """The rows of a result, at most `most`; `overflow` tells at their end whether there are more.

    They come from `source`, which is set once the query runs.
    """

    def __init__(self, most: int) -> None:
        self.source: Iterator[tuple[Any, ...]] = iter(())
        self._most = most
        self.number = 0
        self.overflow = False

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self.source:
            if self.number == self._most:
                self.overflow = True
                return
            self.number += 1
            yield row


def prepare(query: str, most: int) -> Translation:
    """Translate a query whose result shall have at most `most` rows; one more is read, to know whether there are more.

    Raises
    ------
    ADQLError
        If it is not a query that can be carried out.
    """
    return translate(parse(query), most + 1)


def carry_out(
    translation: Translation, query: str, most: int, form: Format, seconds: float, file: IO[bytes]
) -> Outcome:
    """Write the result of a query to a file.

    Raises
    ------
    QueryFailed
        If PostgreSQL finds a fault in the query, or it takes longer than `seconds`, or its result is too large.
    NotReady
        If the role of queries cannot be used.
    """
    rows = Rows(most)
    # Loads what writes the format, which can take seconds: PostgreSQL ends a transaction that is idle for so long.
    blocks = form.write(translation.columns, rows, query)
    with _transaction(seconds) as cursor:
        rows.source = _read(cursor, translation, seconds)
        size = 0
        for block in blocks:
            size += len(block)
            if size > MAX_RESULT_BYTES:
                raise QueryFailed(f"The result is larger than {MAX_RESULT_BYTES / 2**20:,.0f} MiB. Select less.")
            file.write(block)
    return Outcome(rows.number, rows.overflow)


def check_ready() -> None:
    """Check that queries can be carried out.

    Raises
    ------
    NotReady
        If they cannot.
    """
    with _transaction(5) as cursor:
        cursor.execute("SELECT 1 FROM tap_schema.schemas LIMIT 1")


@contextmanager
def _transaction(seconds: float) -> Iterator[PostgreSQLCursor]:
    """Give a cursor that reads by the role of queries. Its name makes PostgreSQL keep the rows until they are read."""
    try:
        with transaction.atomic():
            _restrict(seconds)
            try:
                with connection.connection.cursor(name="tap") as cursor:
                    yield cursor
            except psycopg2.Error as error:
                raise _explained(error, seconds) from error
            finally:
                transaction.set_rollback(True)  # Nothing was written; role and limits end, also within a test.
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg2.Error) and (error.__cause__.pgcode or "")[:2] in ("22", "42"):
            raise NotReady(
                f"The database role {settings.TAP_DATABASE_ROLE} cannot be used: {on_one_line(error)}. Run "
                "“manage.py prepare_tap”."
            ) from error
        raise


def _restrict(seconds: float) -> None:
    """Take the role of queries, and set what the views read and what a query may take.

    A query has at most some ten places where PostgreSQL sorts or hashes, each with `work_mem`.
    """
    values = {
        "transaction_read_only": "on",
        "statement_timeout": str(int(seconds * 1000)),
        "work_mem": f"{settings.TAP_WORK_MEM_MB}MB",
        "hash_mem_multiplier": "1",
        "max_parallel_workers_per_gather": "0",
        "timezone": "UTC",
        "archive.base_url": settings.ARCHIVE_BASE_URL,
        "archive.ivoa_authority": settings.IVOA_AUTHORITY,
        "archive.previews_are_open": "on" if settings.PREVIEWS_OF_RESTRICTED_CUBES else "off",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['set_config(%s, %s, true)'] * len(values))}",
            [part for item in values.items() for part in item],
        )
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(settings.TAP_DATABASE_ROLE)}")


def _read(cursor: PostgreSQLCursor, translation: Translation, seconds: float) -> Iterator[tuple[Any, ...]]:
    deadline = time.monotonic() + seconds
    cursor.execute(translation.sql, translation.parameters)
    while True:
        try:
            rows = cursor.fetchmany(ROWS_AT_ONCE)
        except (ValueError, OverflowError) as error:  # A time that Python does not have.
            raise QueryFailed(f"A value of the result cannot be shown: {on_one_line(error)}.") from error
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        if time.monotonic() > deadline:
            raise _too_long(seconds)


def _too_long(seconds: float) -> TookTooLong:
    return TookTooLong(
        f"The query was stopped: it took longer than {seconds:g} s, or was aborted. Narrow it, for example to a range "
        "of times, or send it to /tap/async, which is more patient than /tap/sync."
    )


def _explained(error: psycopg2.Error, seconds: float) -> Exception:
    code = error.pgcode or ""
    if code == _QUERY_CANCELED:
        return _too_long(seconds)
    if code == _INSUFFICIENT_PRIVILEGE or code in ("42P01", "3F000"):
        return NotReady(
            f"The database role {settings.TAP_DATABASE_ROLE} may not read the views: {on_one_line(error)}. Run "
            "“manage.py prepare_tap”."
        )
    if code.startswith(_FAULTS_OF_QUERIES):
        return QueryFailed(f"The query cannot be carried out: {on_one_line(error.diag.message_primary or str(error))}.")
    return error
