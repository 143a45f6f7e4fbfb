"""The content of the stand-in: an SQLite database of records and locations, in memory."""

import json
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devtools.svo.keywords import KeywordDefinition

_SCHEMA = """
CREATE TABLE location (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset TEXT NOT NULL,
    file_url TEXT NOT NULL,
    file_size INTEGER NOT NULL,
    file_path TEXT NOT NULL,
    thumbnail_url TEXT,
    offline INTEGER NOT NULL,
    UNIQUE (dataset, file_url),
    UNIQUE (dataset, file_path)
);
CREATE TABLE record (
    dataset TEXT NOT NULL,
    oid TEXT NOT NULL,
    oid_order TEXT NOT NULL,
    start TEXT,
    fields TEXT NOT NULL,
    location_id INTEGER REFERENCES location ON DELETE SET NULL,
    PRIMARY KEY (dataset, oid)
) WITHOUT ROWID;
CREATE INDEX by_oid ON record (dataset, oid_order);
CREATE INDEX by_start ON record (dataset, start);
CREATE INDEX by_location ON record (location_id);
"""
_LOCATION_COLUMNS = ("dataset", "file_url", "file_size", "file_path", "thumbnail_url", "offline")


@dataclass(frozen=True)
class Dataset:
    """A dataset with the keywords of its records."""

    name: str
    resource_name: str
    keywords: tuple[KeywordDefinition, ...]
    types: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", {keyword.name: keyword.type for keyword in self.keywords})


def collation_key(oid: str) -> str:
    """Return the sort key of an OID. Like PostgreSQL's usual collations, it compares letters and digits first.

    A client must not assume the order of Python's strings.
    """
    return "".join(filter(str.isalnum, oid)).lower() + "\0" + oid


class Store:
    """Datasets, records and locations. The caller must lock it between threads."""

    def __init__(self) -> None:
        self.datasets: dict[str, Dataset] = {}
        self._shuffle = random.Random(0)
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA foreign_keys = ON")
        self._database.create_function("shuffle", 1, lambda _: self._shuffle.random())
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        self._database.close()

    def begin(self) -> None:
        self._database.execute("BEGIN")

    def commit(self) -> None:
        self._database.execute("COMMIT")

    def rollback(self) -> None:
        self._database.execute("ROLLBACK")

    # Records

    def record(self, dataset: str, oid: str) -> dict[str, Any] | None:
        """Return the fields of a record, with the id of its location as `location_id`."""
        row = self._database.execute(
            "SELECT fields, location_id FROM record WHERE dataset = ? AND oid = ?", (dataset, oid)
        ).fetchone()
        return _record(row) if row else None

    def records(
        self, dataset: str, *, oid: str | None, by_oid: bool, descending: bool, limit: int, offset: int
    ) -> list[dict[str, Any]]:
        """Return a page. Without an order by OID, records that start together come in random order."""
        order = f"oid_order {'DESC' if descending else 'ASC'}" if by_oid else "start IS NULL, start, shuffle(oid)"
        rows = self._database.execute(
            f"SELECT fields, location_id FROM record WHERE dataset = ? AND (? IS NULL OR oid = ?) "
            f"ORDER BY {order} LIMIT ? OFFSET ?",
            (dataset, oid, oid, limit, offset),
        )
        return [_record(row) for row in rows]

    def oids(self, dataset: str) -> list[str]:
        """Return the OIDs of a dataset, in order."""
        rows = self._database.execute("SELECT oid FROM record WHERE dataset = ? ORDER BY oid_order", (dataset,))
        return [row["oid"] for row in rows]

    def count_records(self, dataset: str, oid: str | None) -> int:
        query = "SELECT COUNT(*) FROM record WHERE dataset = ? AND (? IS NULL OR oid = ?)"
        return self._database.execute(query, (dataset, oid, oid)).fetchone()[0]

    def save_record(self, dataset: str, oid: str, fields: Mapping[str, Any], location_id: int | None) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO record (dataset, oid, oid_order, start, fields, location_id) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (dataset, oid, collation_key(oid), fields.get("date_beg"), json.dumps(fields), location_id),
        )

    def delete_record(self, dataset: str, oid: str) -> bool:
        cursor = self._database.execute("DELETE FROM record WHERE dataset = ? AND oid = ?", (dataset, oid))
        return cursor.rowcount > 0

    # Locations

    def location(self, location_id: int) -> dict[str, Any] | None:
        row = self._database.execute("SELECT * FROM location WHERE id = ?", (location_id,)).fetchone()
        return dict(row) if row else None

    def locations(self, filters: Mapping[str, str], limit: int, offset: int) -> list[dict[str, Any]]:
        where, values = _where(filters)
        query = f"SELECT * FROM location WHERE {where} ORDER BY id LIMIT ? OFFSET ?"
        return [dict(row) for row in self._database.execute(query, (*values, limit, offset))]

    def count_locations(self, filters: Mapping[str, str]) -> int:
        where, values = _where(filters)
        return self._database.execute(f"SELECT COUNT(*) FROM location WHERE {where}", values).fetchone()[0]

    def location_conflicts(self, location: Mapping[str, Any], own_id: int | None) -> list[str]:
        """Return the columns in which another location of the dataset has the same value."""
        return [
            column
            for column in ("file_url", "file_path")
            if self._database.execute(
                f"SELECT 1 FROM location WHERE dataset = ? AND {column} = ? AND id IS NOT ?",
                (location["dataset"], location[column], own_id),
            ).fetchone()
        ]

    def users_of(self, location_id: int) -> list[str]:
        """Return the OIDs of the records that use a location."""
        rows = self._database.execute("SELECT oid FROM record WHERE location_id = ? ORDER BY oid", (location_id,))
        return [row["oid"] for row in rows]

    def save_location(self, location: Mapping[str, Any], own_id: int | None) -> int:
        values = [location[column] for column in _LOCATION_COLUMNS]
        if own_id is not None:
            assignments = ", ".join(f"{column} = ?" for column in _LOCATION_COLUMNS)
            self._database.execute(f"UPDATE location SET {assignments} WHERE id = ?", (*values, own_id))
            return own_id
        places = ", ".join("?" * len(_LOCATION_COLUMNS))
        self._database.execute(f"INSERT INTO location ({', '.join(_LOCATION_COLUMNS)}) VALUES ({places})", values)
        return self._database.execute("SELECT last_insert_rowid()").fetchone()[0]

    def delete_location(self, location_id: int) -> bool:
        """Delete a location. Records that use it lose it."""
        return self._database.execute("DELETE FROM location WHERE id = ?", (location_id,)).rowcount > 0


def _record(row: sqlite3.Row) -> dict[str, Any]:
    return json.loads(row["fields"]) | {"location_id": row["location_id"]}


def _where(filters: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return " AND ".join(["1", *(f"{column} = ?" for column in filters)]), tuple(filters.values())
