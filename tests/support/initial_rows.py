"""A database of tests that commit: emptied after each, but for the rows that the migrations have made."""

from typing import Any

import pytest
from django.core.management.color import Style
from django.core.management.commands import flush
from django.db import connection

PREFIX = "initial_"


def keep_initial_rows(patch: pytest.MonkeyPatch) -> None:
    """Copy the rows that are there, and have Django's flush put them back.

    Django itself would empty all tables of PostgreSQL by TRUNCATE, which makes new files for each, and make all content
    types and permissions anew: half a second after each test.
    """
    with connection.cursor() as cursor:
        filled = [table for table in connection.introspection.django_table_names() if _has_rows(cursor, table)]
        for table in filled:
            cursor.execute(f"CREATE TABLE {PREFIX}{table} AS SELECT * FROM {table}")

    def sql_flush(self: object, style: Style, tables: list[str], **options: bool) -> list[str]:
        return [f"DELETE FROM {table}" for table in tables] + [
            f"INSERT INTO {table} SELECT * FROM {PREFIX}{table}" for table in filled
        ]

    patch.setattr(type(connection.ops), "sql_flush", sql_flush)  # Each thread has a connection of its own.
    patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments: None)


def _has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
    return cursor.fetchone() is not None
