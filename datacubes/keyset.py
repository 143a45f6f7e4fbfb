"""Pages of long lists, found by where the page before ended.

A page costs the same at the beginning and at the end of a million rows, and a row that is added or removed meanwhile
makes no other row appear twice or be left out, as it would with pages that are counted.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Generic, TypeVar

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Expression,
    F,
    FloatField,
    Func,
    Model,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

Row = TypeVar("Row", bound=Model)

_KEY = "keyset_key"
_MAX_CURSOR_LENGTH = 300
_LARGEST_ID = 2**63 - 1


class CursorRefused(ValueError):
    """The cursor is none that a page of this list was given."""


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    return float(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_ID:
        raise ValueError
    return value


_READERS: Mapping[type, Callable[[Any], Any]] = {
    DateTimeField: _time,
    FloatField: _number,
    BigIntegerField: _integer,
}


@dataclass(frozen=True)
class Ordering:
    """An order of the rows of a list, in which no two have the same place.

    Attributes
    ----------
    key
        What is ordered by; never null.
    kind
        The field that the key's values are of: DateTimeField, FloatField or BigIntegerField.
    tie
        The primary key, which orders rows of the same key. From the same table as the key, so that an index over both
        finds a page.
    label
        For people.
    descending
        Whether the largest comes first.
    """

    key: Expression | F
    kind: type[DateTimeField] | type[FloatField] | type[BigIntegerField]
    tie: F
    label: str
    descending: bool = False


CUBE_ORDERINGS: Mapping[str, Ordering] = {
    "-date_beg": Ordering(F("metadata__date_beg"), DateTimeField, F("metadata__pk"), "Newest first", descending=True),
    "date_beg": Ordering(F("metadata__date_beg"), DateTimeField, F("metadata__pk"), "Oldest first"),
    "wavelength": Ordering(
        Coalesce("metadata__wavelength_min", 0.0), FloatField, F("metadata__pk"), "Shortest wavelength first"
    ),
    "-wavelength": Ordering(
        Coalesce("metadata__wavelength_min", 0.0),
        FloatField,
        F("metadata__pk"),
        "Longest wavelength first",
        descending=True,
    ),
    "size": Ordering(F("size"), BigIntegerField, F("pk"), "Smallest file first"),
    "-size": Ordering(F("size"), BigIntegerField, F("pk"), "Largest file first", descending=True),
}
"""The orders in which data cubes are listed, the first by default. A cube without a wavelength counts as 0 nm."""

OBSERVATION_ORDERINGS: Mapping[str, Ordering] = {
    "-date_beg": Ordering(F("date_beg"), DateTimeField, F("pk"), "Newest first", descending=True),
    "date_beg": Ordering(F("date_beg"), DateTimeField, F("pk"), "Oldest first"),
}
"""The orders in which observations are listed, the first by default."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of its neighbours; None where there is none."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None


class _Comparison(Func):
    """Compares a row's place with another as rows of SQL, the form that an index over both columns answers."""

    output_field = BooleanField()
    arity = 4

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        (key, tie, other_key, other_tie) = (sql for sql, _ in parts)
        parameters = tuple(parameter for _, some in parts for parameter in some)
        return f"({key}, {tie}) {self.extra['operator']} ({other_key}, {other_tie})", parameters


def keyset_page(
    rows: QuerySet[Row], orderings: Mapping[str, Ordering], order: str, cursor: str | None, size: int
) -> Page[Row]:
    """Return a page of a list, in one statement.

    Parameters
    ----------
    rows
        The list; what order it has is replaced.
    orderings
        The orders that the list can have.
    order
        One of them.
    cursor
        `next_cursor` or `previous_cursor` of another page in the same order; None for the first page.
    size
        How many rows a page has at most.

    Raises
    ------
    CursorRefused
        If the cursor is damaged, or was made for another order.
    """
    ordering = orderings[order]
    place = _read_cursor(cursor, order, ordering) if cursor else None
    backward = place is not None and place.backward
    descending = ordering.descending != backward
    if place is not None:
        other_key = Value(place.key, output_field=ordering.kind())
        other_tie = Value(place.tie, output_field=BigIntegerField())
        rows = rows.filter(
            _Comparison(ordering.key, ordering.tie, other_key, other_tie, operator="<" if descending else ">")
        )
    keys = [ordering.key, ordering.tie]
    rows = rows.annotate(**{_KEY: ordering.key}).order_by(*(_directed(key, descending) for key in keys))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_next, has_previous = (True, more) if backward else (more, place is not None)
    return Page(
        found,
        next_cursor=_write_cursor(order, found[-1], backward=False) if has_next else None,
        previous_cursor=_write_cursor(order, found[0], backward=True) if has_previous else None,
    )


@dataclass(frozen=True)
class _Place:
    """Where a page begins: after a row, or, backward, before it."""

    backward: bool
    key: datetime | float | int
    tie: int


def _directed(key: Expression | F, descending: bool) -> Any:
    return key.desc() if descending else key.asc()


def _write_cursor(order: str, row: Model, *, backward: bool) -> str:
    key = getattr(row, _KEY)
    parts = [order, backward, key.isoformat() if isinstance(key, datetime) else key, row.pk]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: str, ordering: Ordering) -> _Place:
    try:
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise ValueError
        text = base64.b64decode(cursor.encode("ascii") + b"===", altchars=b"-_")
        cursor_order, backward, key, tie = json.loads(text)
        if not isinstance(backward, bool):
            raise ValueError
        place = _Place(backward, _READERS[ordering.kind](key), _integer(tie))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise CursorRefused("Not a cursor of this list: use the links to the next and the previous page.") from None
    if cursor_order != order:
        raise CursorRefused("The cursor was made for another order of this list: begin again with its first page.")
    return place
