"""Indexes for parts of texts, which `manage.py migrate` adds on PostgreSQL if it can.

They need the extension pg_trgm. Its creation needs the right CREATE on the database, which the user of an archive may
lack, or packages that the server may lack. Searches then work all the same, but read every row. So the indexes belong
to no migration: each `migrate` tries again, and says what is missing.
"""

from collections.abc import Iterable
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db import Error, connections, transaction

from common.errors import on_one_line


def add_text_indexes(
    app_label: str, texts: Iterable[tuple[str, str]], using: str, apps: Apps, verbosity: int = 1, stdout: Any = None
) -> None:
    """Add the indexes of an app that are missing.

    Parameters
    ----------
    texts
        The columns that are searched for parts, each by its model.
    apps
        The models as they are after these migrations.
    """
    if connections[using].vendor != "postgresql":
        return
    columns = _columns(app_label, texts, apps)
    missing = [text for text in columns if not _exists(using, f"{text[0]}_{text[1]}_text")]
    if not missing:
        return
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for table, column in missing:
                # In capitals, as Django compares texts in any case.
                cursor.execute(
                    f"CREATE INDEX {table}_{column}_text ON {table} USING gin (upper({column}) gin_trgm_ops)"
                )
    except Error as error:
        if verbosity:
            print(
                f"Searches for parts of texts read all rows, because PostgreSQL refuses indexes: {on_one_line(error)} "
                "Let a superuser execute CREATE EXTENSION pg_trgm in this database, then run manage.py migrate again.",
                file=stdout,
            )


def _columns(app_label: str, texts: Iterable[tuple[str, str]], apps: Apps) -> list[tuple[str, str]]:
    """Return tables and columns that exist after these migrations."""
    columns = []
    for name, field in texts:
        try:
            model = apps.get_model(app_label, name)
            columns.append((model._meta.db_table, model._meta.get_field(field).column))
        except (LookupError, FieldDoesNotExist):
            continue
    return columns


def _exists(using: str, index: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [index])
        return bool(cursor.fetchone()[0])
