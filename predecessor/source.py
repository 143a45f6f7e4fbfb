"""Reads the database of sst_archive: MariaDB, MySQL, PostgreSQL or SQLite. Nothing in it is changed.

All that is read sees the database at one moment. The server bounds the length of each text, the number of rows and the
time of each statement, because the database is not trusted.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg2

from common.errors import PermanentError, damage

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60
MOST_ROWS = 100_000
"""Rows that one statement may return."""

_SCHEMES = "mysql://, mariadb://, postgres:// or sqlite:///"

Value = str | int | None
Row = tuple[Value, ...]


class SourceError(PermanentError):
    """The database cannot be read, or is not one of sst_archive."""


@dataclass(frozen=True)
class Column:
    """A column, and the form in which it is read.

    Attributes
    ----------
    form
        “text”, “number”, “flag” (0 or 1) or “moment” (a date or time as text).
    most
        Characters of a text. One more is read, so that a longer text is noticed.
    """

    name: str
    form: str
    most: int = 0


def text(name: str, most: int) -> Column:
    """Return a column of texts of at most so many characters."""
    return Column(name, "text", most)


def number(name: str) -> Column:
    """Return a column of whole numbers."""
    return Column(name, "number")


def flag(name: str) -> Column:
    """Return a column of booleans."""
    return Column(name, "flag")


def moment(name: str) -> Column:
    """Return a column of dates or times. They are read as texts: drivers fail on dates that do not exist."""
    return Column(name, "moment")


@dataclass(frozen=True)
class Dialect:
    """What differs between the databases: how a value becomes a text, and how a parameter is written."""

    text_type: str
    parameter: str


class Source:
    """An open database of sst_archive."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def first(self, table: str, columns: Sequence[Column], key: str, after: int, count: int) -> list[Row]:
        """Return the first rows with a key above `after`, in the order of the key."""
        sql = f'{self._select(table, columns)} WHERE "{key}" > %s ORDER BY "{key}" LIMIT {int(count)}'
        return self._rows(table, columns, sql, [after])

    def of(self, table: str, columns: Sequence[Column], key: str, values: Iterable[Value]) -> list[Row]:
        """Return the rows whose key is one of some hundreds of values.

        Raises
        ------
        SourceError
            If these are more than `MOST_ROWS`.
        """
        wanted = list(values)
        if not wanted:
            return []
        marks = ", ".join(["%s"] * len(wanted))
        sql = f'{self._select(table, columns)} WHERE "{key}" IN ({marks}) LIMIT {MOST_ROWS + 1}'
        return self._bounded(table, self._rows(table, columns, sql, wanted))

    def every(self, table: str, columns: Sequence[Column]) -> list[Row]:
        """Return all rows of a small table.

        Raises
        ------
        SourceError
            If these are more than `MOST_ROWS`.
        """
        sql = f"{self._select(table, columns)} LIMIT {MOST_ROWS + 1}"
        return self._bounded(table, self._rows(table, columns, sql, []))

    def _select(self, table: str, columns: Sequence[Column]) -> str:
        # Names of tables and columns are constants of `predecessor.tables`.
        return f'SELECT {", ".join(map(self._expression, columns))} FROM "{table}"'  # noqa: S608

    def _expression(self, column: Column) -> str:
        as_text = f'CAST("{column.name}" AS {self._dialect.text_type})'
        forms = {
            "text": f"SUBSTR({as_text}, 1, {column.most + 1})",
            "number": f'"{column.name}"',
            "flag": f'CASE WHEN "{column.name}" THEN 1 ELSE 0 END',
            "moment": f"SUBSTR({as_text}, 1, 40)",
        }
        return forms[column.form]

    def _rows(self, table: str, columns: Sequence[Column], sql: str, values: list[Value]) -> list[Row]:
        with _readable(table), closing(self._connection.cursor()) as cursor:
            cursor.execute(sql.replace("%s", self._dialect.parameter), tuple(values))
            rows = [tuple(row) for row in cursor.fetchall()]
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                if value is not None and not _fits(value, column):
                    raise SourceError(f"{table}.{column.name} holds a value that is not a {column.form}.")
        return rows

    def _bounded(self, table: str, rows: list[Row]) -> list[Row]:
        if len(rows) > MOST_ROWS:
            raise SourceError(f"{table} has more than {MOST_ROWS:,} rows where far fewer are expected.")
        return rows


def _fits(value: Any, column: Column) -> bool:
    """Return whether a value has the form of its column; drivers return what the columns there really hold."""
    if column.form in ("number", "flag"):
        return type(value) is int and abs(value) < 2**63
    return isinstance(value, str)


@contextmanager
def open_source(url: str) -> Iterator[Source]:
    """Open the database at a URL for reading.

    Parameters
    ----------
    url
        Such as ``mysql://reader@db.example/sst_archive``. A password may be part of it; without one, that of
        ``~/.my.cnf`` or ``~/.pgpass`` is used.

    Raises
    ------
    SourceError
        If the URL is not one of a database, or the database cannot be opened.
    """
    kinds: dict[str, Callable[[Any], tuple[Any, Dialect]]] = {
        "mysql": _mysql,
        "mariadb": _mysql,
        "postgres": _postgresql,
        "postgresql": _postgresql,
        "sqlite": _sqlite,
    }
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        port_is_valid = False
    if not port_is_valid or parts.scheme not in kinds or len(parts.path) < 2:
        # The URL itself is not shown: it may hold a password.
        raise SourceError(f"--database must be the URL of a database that begins with {_SCHEMES} and names it.")
    with damage("The database of sst_archive cannot be opened", SourceError):
        connection, dialect = kinds[parts.scheme](parts)
    with closing(connection):
        yield Source(connection, dialect)


@contextmanager
def _readable(table: str) -> Iterator[None]:
    with damage(f"The table {table} of sst_archive cannot be read", SourceError):
        yield


def _mysql(parts: Any) -> tuple[Any, Dialect]:
    try:
        import pymysql
    except ImportError:
        raise SourceError("MySQL and MariaDB need PyMySQL: pip install 'solar-archive[mysql]'.") from None
    options = dict(parse_qsl(parts.query))
    authority = options.pop("ssl_ca", None)
    if options:
        raise SourceError(f"{', '.join(sorted(options))}: the only option of a MySQL URL is ssl_ca.")
    connection = pymysql.connect(
        **_login(parts),
        database=unquote(parts.path[1:]),
        charset="utf8mb4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=2 * STATEMENT_SECONDS,
        write_timeout=CONNECT_SECONDS,
        read_default_file=None if parts.password else "~/.my.cnf",
        ssl={"ca": authority} if authority else None,
        autocommit=True,
    )
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT VERSION()")
        [version] = cursor.fetchone() or [""]
        limit = (
            f"max_statement_time = {STATEMENT_SECONDS}"
            if "mariadb" in str(version).lower()
            else f"max_execution_time = {1000 * STATEMENT_SECONDS}"
        )
        cursor.execute(f"SET SESSION sql_mode = 'ANSI_QUOTES', {limit}, time_zone = '+00:00'")
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    return connection, Dialect("CHAR", "%s")


def _postgresql(parts: Any) -> tuple[Any, Dialect]:
    connection = psycopg2.connect(
        **dict(parse_qsl(parts.query)),
        **_login(parts),
        dbname=unquote(parts.path[1:]),
        connect_timeout=CONNECT_SECONDS,
        client_encoding="UTF8",
    )
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'; SET TIME ZONE 'UTC'")
    return connection, Dialect("VARCHAR", "%s")


def _sqlite(parts: Any) -> tuple[Any, Dialect]:
    path = quote(unquote(parts.path[1:]))
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=CONNECT_SECONDS, isolation_level=None)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("BEGIN")
    begin = time.monotonic()
    most = 60 * STATEMENT_SECONDS  # SQLite asks without saying for which statement.
    connection.set_progress_handler(lambda: int(time.monotonic() > begin + most), 1_000_000)
    return connection, Dialect("TEXT", "?")


def _login(parts: Any) -> dict[str, Any]:
    given = {
        "host": parts.hostname,
        "port": parts.port,
        "user": parts.username and unquote(parts.username),
        "password": parts.password and unquote(parts.password),
    }
    return {name: value for name, value in given.items() if value}
