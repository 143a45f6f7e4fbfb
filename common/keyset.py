"""Pages of long lists, found by where the page before ended.

A page costs the same at the beginning and at the end of a million rows, and a row that is added or removed meanwhile
makes no other row appear twice or be left out, as it would with pages that are counted.

`Ways` are needed where few rows fulfil a condition. Measured with a million cubes without previews, in PostgreSQL 15 on
a busy machine with two cores; statements were cut off after 8 s:

- With ways, pages take 0.1 s to 0.8 s, and 1.4 s for a keyword that only the first years have.
- Without ways, these take more than 8 s: a keyword of twenty cubes, of one, of none; a keyword or a tag that only the
  first years have; two keywords. One day in the order of the size takes 3.4 s.
- With ways, but no `Greatest` to keep PostgreSQL from walking on, it is as slow, except that two keywords take 0.3 s
  and the tag 6.0 s; a keyword of one cube in 200 is slow, too.
- Where a match is frequent, the walk costs less than 0.1 s.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    Expression,
    F,
    FloatField,
    Model,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import Greatest

from common.bounded_statements import by_condition_indexes, time_limit
from common.sql_text import WrittenCondition

Row = TypeVar("Row", bound=Model)

_MAX_CURSOR_LENGTH = 300
_LARGEST_ID = 2**63 - 1


class CursorRefused(ValueError):
    """The cursor does not come from a page of this list."""


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
    answers
        Names of the filters of the list that the index answers too, without a look at the rows.
    """

    key: Expression | F
    kind: type[DateTimeField] | type[FloatField] | type[BigIntegerField]
    tie: F
    label: str
    descending: bool = False
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of the pages before and after it, or None.

    Attributes
    ----------
    total
        The number of rows of the whole list, if it was counted on the way to the first page.
    """

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None
    total: int | None = None


@dataclass(frozen=True)
class Ways(Generic[Row]):
    """Two ways to find the rows of a list if the index of its order does not answer all conditions.

    Attributes
    ----------
    walked
        The list without these conditions, to be scanned in its order.
    collected
        The list with all conditions, written so that other indexes answer them. It may contain a few extra rows.
    length
        Rows to scan in order before falling back to `collected`.
    seconds
        The limit of time for `collected`, if no index answers a condition.
    needs_index
        Whether a condition of `collected` is much slower without its index than PostgreSQL expects.
    """

    walked: QuerySet[Row]
    collected: QuerySet[Row]
    length: int
    seconds: float | None = None
    needs_index: bool = False


class _Comparison(WrittenCondition):
    """Compares a row's place with another as rows of SQL, the form that an index over both columns answers."""

    arity = 4

    def write(self, parts: Sequence[str], vendor: str) -> str:
        key, tie, other_key, other_tie = parts
        return f"({key}, {tie}) {self.extra['operator']} ({other_key}, {other_tie})"


def keyset_page(
    rows: QuerySet[Row],
    orderings: Mapping[str, Ordering],
    order: str,
    cursor: str | None,
    size: int,
    ways: Ways[Row] | None = None,
) -> Page[Row]:
    """Return a page of a list, in two statements, or, with `ways`, in at most four.

    A database tends to scan a list in its order until it has a page. If few rows fulfil a condition that the index of
    the order does not answer, it may scan the whole table. With `ways`, it scans `length` rows, which is enough for a
    frequent condition; then it collects all rows that fulfil the condition, and sorts them.

    Parameters
    ----------
    rows
        The list. Its order is replaced.
    orderings
        The orders that the list can have.
    order
        One of them.
    cursor
        `next_cursor` or `previous_cursor` of another page in the same order; None for the first page.
    size
        How many rows a page has at most.
    ways
        None if the index of the order answers all conditions.

    Raises
    ------
    CursorRefused
        If the cursor is damaged, or was made for another order.
    TookTooLong
        If the limit of time of `ways` was reached.
    """
    ordering = orderings[order]
    cursor_place = _read_cursor(cursor, order, ordering) if cursor else None
    backward, start = cursor_place or (False, None)
    way = _Way(ordering, start, ordering.descending != backward)
    found = way.first_places(rows, size + 1) if ways is None else way.first_rare_places(rows, ways, size + 1)
    places, total = found.places, found.total
    more = len(places) > size
    places = places[:size]
    if backward:
        places.reverse()
    if not places:
        return Page([], None, None, total)
    # The places are found first, so that the database does not join every scanned row with the shown tables.
    by_key = {row.pk: row for row in rows.filter(pk__in=[place.tie for place in places])}
    has_next, has_previous = (True, more) if backward else (more, start is not None)
    return Page(
        [by_key[place.tie] for place in places if place.tie in by_key],
        next_cursor=_write_cursor(order, False, places[-1]) if has_next else None,
        previous_cursor=_write_cursor(order, True, places[0]) if has_previous else None,
        total=total,
    )


class _Place(NamedTuple):
    """The place of a row: its key, and its primary key."""

    key: datetime | float | int
    tie: int


class _Found(NamedTuple):
    """The first places on the way, and the number of all on it, if it is known."""

    places: list[_Place]
    total: int | None = None


@dataclass(frozen=True)
class _Way:
    """The way through a list from a place on, or from its beginning."""

    ordering: Ordering
    start: _Place | None
    descending: bool

    def first_places(self, rows: QuerySet, count: int) -> _Found:
        """Find the first rows on the way."""
        return _Found(self._places(self._ordered(self._from_start(rows), self.ordering.key), count))

    def first_rare_places(self, rows: QuerySet, ways: Ways, count: int) -> _Found:
        """Find the first rows on the way, of a list that may have few of those that are walked by."""
        end = self._places(self._ordered(self._from_start(ways.walked), self.ordering.key), 1, after=ways.length - 1)
        if not end:
            return self.first_places(rows, count)
        on_the_way = rows.filter(self._compared(">=" if self.descending else "<=", end[0]))
        found = self.first_places(on_the_way, count)
        if len(found.places) == count:
            return found
        # No index has this order, so the database has to collect the rows first.
        key = Greatest(self.ordering.key, self.ordering.key)
        collected = self._from_start(ways.collected)
        with time_limit(ways.seconds, rows.db), by_condition_indexes(ways.needs_index, rows.db):
            if ways.seconds is None or self.start is not None:
                return _Found(self._places(self._ordered(collected, key), count))
            # Another statement to count them would take as long again.
            counted = list(self._ordered(collected, key, Window(Count("*")))[:count])
        return _Found([_Place(*place) for *place, _ in counted], counted[0][2] if counted else 0)

    def _from_start(self, rows: QuerySet) -> QuerySet:
        if self.start is None:
            return rows
        return rows.filter(self._compared("<" if self.descending else ">", self.start))

    def _ordered(self, rows: QuerySet, key: Expression | F, *more: Expression) -> QuerySet:
        columns = (key.desc(), self.ordering.tie.desc()) if self.descending else (key.asc(), self.ordering.tie.asc())
        bare = rows.select_related(None).prefetch_related(None)
        return bare.order_by(*columns).values_list(key, self.ordering.tie, *more)

    def _places(self, ordered: QuerySet, count: int, after: int = 0) -> list[_Place]:
        return [_Place(*place) for place in ordered[after : after + count]]

    def _compared(self, operator: str, place: _Place) -> _Comparison:
        key = Value(place.key, output_field=self.ordering.kind())
        return _Comparison(
            self.ordering.key,
            self.ordering.tie,
            key,
            Value(place.tie, output_field=BigIntegerField()),
            operator=operator,
        )


def _write_cursor(order: str, backward: bool, place: _Place) -> str:
    key = place.key.isoformat() if isinstance(place.key, datetime) else place.key
    return base64.urlsafe_b64encode(json.dumps([order, backward, key, place.tie]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: str, ordering: Ordering) -> tuple[bool, _Place]:
    try:
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise ValueError
        text = base64.b64decode(cursor.encode("ascii") + b"===", altchars=b"-_")
        cursor_order, backward, key, tie = json.loads(text)
        if not isinstance(backward, bool):
            raise ValueError
        place = _Place(_READERS[ordering.kind](key), _integer(tie))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise CursorRefused("Not a cursor of this list: use the links to the next and the previous page.") from None
    if cursor_order != order:
        raise CursorRefused("The cursor was made for another order of this list: begin again with its first page.")
    return backward, place
