"""Inserts or updates a row in one statement, also if others do so at the same time."""

from collections.abc import Collection
from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


def upsert(row: Row, *unique_fields: str, keep: Collection[str] = ()) -> Row:
    """Insert `row`, or give its values to the row with the same `unique_fields`; the primary key is set either way.

    A row that is there keeps its own values of the fields `keep`.
    """
    model, kept = type(row), {*unique_fields, *keep}
    values = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in kept]
    [saved] = model._default_manager.bulk_create(
        [row], update_conflicts=True, unique_fields=list(unique_fields), update_fields=values
    )
    return saved
