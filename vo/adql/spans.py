"""Adds to a query what PostgreSQL has an index for: conditions on the ranges of `vo.tables.Span`.

A condition on one end of a range bounds the range: that a cube begins after a time says that it ends after it, too. So
from `t_min < b AND t_max > a` follows that the cube's time overlaps that from a to b. The conditions of the query stay;
those that are added follow from them, and so change no result. They are made somewhat wider, for the sake of rounding.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vo.adql import tree
from vo.adql.scope import Scope
from vo.tables import Span

_SPEED_OF_LIGHT = 299792458e9  # nm/s
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = -60_000_000_000.0, 250_000_000_000.0  # Seconds since 1970: in the years 68 and 9892.
_LOWER, _UPPER = (">", ">=", "="), ("<", "<=", "=")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}

Parameter = Callable[[Any], str]


@dataclass
class _Bounds:
    lower: list[Any] = field(default_factory=list)
    upper: list[Any] = field(default_factory=list)


def implied_conditions(where: tree.Expression, scope: Scope, parameter: Parameter) -> list[str]:
    """Return the conditions on ranges that follow from a WHERE.

    Parameters
    ----------
    parameter
        Adds a parameter, and returns its place.
    """
    bounds: dict[tuple[str, str], _Bounds] = {}
    for column, sign, constant in _comparisons(where):
        value = scope.own_column(column.parts)
        if value is not None and value.table and value.column is not None and value.column.span:
            _note(bounds, value.table, value.column.span, sign, constant)
    return [
        _overlap(table, name, found, parameter) for (table, name), found in bounds.items() if found.lower or found.upper
    ]


def _comparisons(where: tree.Expression) -> Iterable[tuple[tree.ColumnName, str, int | float | str]]:
    """Yield the comparisons of a column with a constant that must all hold."""
    match where:
        case tree.Logic("AND", conditions):
            for condition in conditions:
                yield from _comparisons(condition)
        case tree.Comparison(tree.ColumnName() as column, sign, right) if sign in _TURNED:
            if (constant := _constant(right)) is not None:
                yield column, sign, constant
        case tree.Comparison(left, sign, tree.ColumnName() as column) if sign in _TURNED:
            if (constant := _constant(left)) is not None:
                yield column, _TURNED[sign], constant
        case tree.Between(tree.ColumnName() as column, low, high, False):
            for sign, end in ((">=", low), ("<=", high)):
                if (constant := _constant(end)) is not None:
                    yield column, sign, constant


def _constant(node: tree.Expression) -> int | float | str | None:
    match node:
        case tree.Constant(value):
            return value
        case tree.Negative(tree.Constant(int() | float() as value)):
            return -value
    return None


def _note(
    bounds: dict[tuple[str, str], _Bounds], table: str, span: Span, sign: str, constant: int | float | str
) -> None:
    found = bounds.setdefault((table, span.range_name), _Bounds())
    falls = span is Span.HERTZ  # A higher frequency is a shorter wavelength.
    for signs, is_lower in ((_LOWER, not falls), (_UPPER, falls)):
        if sign in signs and (bound := _bound(span, constant, is_lower)) is not None:
            (found.lower if is_lower else found.upper).append(bound)


def _bound(span: Span, constant: int | float | str, is_lower: bool) -> Any:
    """Return a constant as a bound of the range, somewhat wider; None if it is no bound."""
    if isinstance(constant, str):
        return constant if span is Span.TIME else None
    match span:
        case Span.MODIFIED_JULIAN_DATE:
            return _moment((constant - 40587) * 86400, is_lower)
        case Span.JULIAN_DATE:
            return _moment((constant - 2440587.5) * 86400, is_lower)
        case Span.NANOMETRES:
            nanometres = float(constant)
        case Span.METRES:
            nanometres = constant * 1e9
        case Span.HERTZ if constant > 1e-200:
            nanometres = _SPEED_OF_LIGHT / constant
        case _:
            return None
    return nanometres - 1e-6 * abs(nanometres) if is_lower else nanometres + 1e-6 * abs(nanometres)


def _moment(seconds: float, is_lower: bool) -> datetime:
    wider = seconds - 1 if is_lower else seconds + 1
    return _UNIX_EPOCH + timedelta(seconds=min(max(wider, _EARLIEST), _LATEST))


def _overlap(table: str, name: str, bounds: _Bounds, parameter: Parameter) -> str:
    if name == "during":
        kind, constructor = "timestamptz", "tstzrange"
    else:
        kind, constructor = "float8", "archive.float_range"
    lower, upper = (
        [one for one in ends if not (isinstance(one, float) and math.isinf(one))]
        for ends in (bounds.lower, bounds.upper)
    )
    # One bound suffices. That the lower one is above the upper one is possible: the range then holds both.
    places = [f"{parameter(ends[0])}::{kind}" if ends else "" for ends in (lower, upper)]
    if all(places):
        low, high = f"least({', '.join(places)})", ""
        again = [f"{parameter(ends[0])}::{kind}" for ends in (lower, upper)]
        high = f"greatest({', '.join(again)})"
    else:
        low, high = (place or "NULL" for place in places)
    return f"({table}.\"{name}\" && {constructor}({low}, {high}, '[]'))"
