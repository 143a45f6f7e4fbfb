"""Reads and writes single rows in less time than Django takes, for what every request or order needs."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def only_row(rows: QuerySet[Row]) -> Row | None:
    """Return the row of a query that finds at most one, or None.

    `QuerySet.first` would ask for an order, which Django needs as long to write as the rest of the statement.
    """
    return next(iter(rows.order_by()), None)


def unique_row(model: type[Row], joined: str = "", *, locked: bool = False, **unique: Any) -> Row | None:
    """Return the row with a value of a unique field, or None. A row that it refers to can be read with it.

    For a row that exists, it does the same as ``select_related(joined).get(**unique)``. Django writes that statement
    anew each time, which takes longer than PostgreSQL needs to answer it.

    Parameters
    ----------
    joined
        The name of a foreign key; left out, nothing is joined.
    locked
        Whether to lock the row until the transaction ends, where the database has such locks.
    unique
        The name of the field, and its value.
    """
    [(name, value)] = unique.items()
    statement, own, other = _reader(model, name, joined)
    if locked and connection.features.has_select_for_update:
        statement += " FOR UPDATE OF own"
    with connection.cursor() as cursor:
        cursor.execute(statement, [_field(model, name).get_db_prep_value(value, connection)])
        values = cursor.fetchone()
    if not values:
        return None
    row: Row = own.instance(values)
    if other:
        _field(model, joined).set_cached_value(row, other.instance(values))
    return row


def add_row(row: Model) -> bool:
    """Insert a new row unless one has the same value of a unique field; return whether it was inserted.

    Unlike ``row.save()``, it sends no signals of Django, and needs no savepoint to survive a conflict.
    """
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    columns, places = ", ".join(_quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_quoted(row._meta.db_table)} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING "  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} RETURNING {_quoted(row._meta.pk.column)}", [_value(field, row) for field in fields]
        )
        inserted = cursor.fetchone()
    if inserted:
        [row.pk] = inserted
        row._state.adding, row._state.db = False, connection.alias
    return bool(inserted)


def update_row(row: Model, names: Collection[str]) -> None:
    """Write some fields of a row, as ``row.save(update_fields=names)`` does, but without Django's signals."""
    meta = row._meta
    fields = [field for field in meta.concrete_fields if field.name in names]
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    statement = f"UPDATE {_quoted(meta.db_table)} SET {assignments} WHERE {_quoted(meta.pk.column)} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(_value(field, row) for field in fields), row.pk])


class _Columns(NamedTuple):
    """The columns of one table in the result of a statement."""

    model: type[Model]
    place: slice
    names: list[str]
    key: int
    converted: list[tuple[int, Any, list[Callable[..., Any]]]]

    def instance(self, result: Sequence[Any]) -> Any:
        """Return the instance that a row of the result describes; None if its table has none."""
        values = list(result[self.place])
        if not values[self.key]:
            return None
        for number, column, converters in self.converted:
            for convert in converters:
                values[number] = convert(values[number], column, connection)
        return self.model.from_db(connection.alias, self.names, values)


@cache
def _reader(model: type[Model], name: str, joined: str) -> tuple[str, _Columns, _Columns | None]:
    """Return the statement of `unique_row`, without its lock, and how to read its result."""
    selected, join, other = _selected(model, "own"), "", None
    if joined:
        key = _field(model, joined)
        target = key.related_model
        selected += _selected(target, "other")
        join = f"LEFT JOIN {_quoted(target._meta.db_table)} AS other ON other.{_quoted(target._meta.pk.column)} = "
        join += f"own.{_quoted(key.column)}"
        other = _columns(target, len(model._meta.concrete_fields))
    statement = (
        f"SELECT {', '.join(selected)} FROM {_quoted(model._meta.db_table)} AS own {join} "  # noqa: S608
        f"WHERE own.{_quoted(_field(model, name).column)} = %s"
    )
    return statement, _columns(model, 0), other


def _selected(model: type[Model], table: str) -> list[str]:
    return [f"{table}.{_quoted(field.column)}" for field in model._meta.concrete_fields]


def _columns(model: type[Model], begin: int) -> _Columns:
    fields = model._meta.concrete_fields
    converted = []
    for number, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if converters:
            converted.append((number, column, converters))
    names = [field.attname for field in fields]
    return _Columns(model, slice(begin, begin + len(fields)), names, names.index(model._meta.pk.attname), converted)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _value(field: Field, row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
