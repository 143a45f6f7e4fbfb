"""Databases of sst_archive for the tests: its schema, with made-up rows."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg2

from devtools.services import execute, of_database

DUMPS = Path(__file__).parent / "sst_archive"


@dataclass(frozen=True)
class FormerDatabase:
    """A database of sst_archive.

    Attributes
    ----------
    run
        Executes SQL in it.
    """

    url: str
    run: Callable[[str], None]


def dump(name: str) -> str:
    return (DUMPS / name).read_text()


def on_sqlite(folder: Path) -> FormerDatabase:
    path = folder / "sst_archive.sqlite3"

    def run(sql: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(sql)
            connection.commit()

    run(dump("postgresql.sql") + dump("rows.sql"))
    return FormerDatabase(f"sqlite:///{path}", run)


def on_postgresql(server: str) -> FormerDatabase:
    """Make a database on a server. The caller drops it."""
    name = f"sst_archive_{uuid4().hex[:12]}"
    execute(server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    url = of_database(server, name)

    def run(sql: str) -> None:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC';" + sql)

    run(dump("postgresql.sql") + dump("rows.sql"))
    return FormerDatabase(url, run)
