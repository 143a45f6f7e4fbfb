"""The functions that a query may use, and what they become in PostgreSQL.

Numbers are integers of 64 bits or doubles, never PostgreSQL's `numeric`, whose arithmetic can take minutes.
"""

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """The sort of a value, which decides with which others it can be compared and computed."""

    INTEGER = "a whole number"
    DOUBLE = "a number"
    TEXT = "a text"
    TIME = "a time"
    UNKNOWN = "NULL"

    @property
    def is_number(self) -> bool:
        """Whether one can calculate with it."""
        return self in (Sort.INTEGER, Sort.DOUBLE, Sort.UNKNOWN)


@dataclass(frozen=True)
class Function:
    """A function: its SQL with a place for each argument, the sorts of the arguments, and that of the result."""

    sql: str
    arguments: tuple[Sort, ...]
    result: Sort


def _numbers(sql: str, number: int = 1) -> Function:
    places = ", ".join(["{}"] * number)
    return Function(sql if "{" in sql or not number else f"{sql}({places})", (Sort.DOUBLE,) * number, Sort.DOUBLE)


def _text(name: str) -> Function:
    return Function(name + "({})", (Sort.TEXT,), Sort.TEXT)


_D, _I = Sort.DOUBLE, Sort.INTEGER

FUNCTIONS: dict[tuple[str, int], Function] = {
    ("abs", 1): _numbers("abs"),
    ("ceiling", 1): _numbers("ceil"),
    ("degrees", 1): _numbers("degrees"),
    ("exp", 1): _numbers("exp"),
    ("floor", 1): _numbers("floor"),
    ("log", 1): _numbers("ln"),
    ("log10", 1): _numbers("log"),
    ("mod", 2): Function("mod({}, {})", (_I, _I), _I),
    ("pi", 0): _numbers("pi()", 0),
    ("power", 2): _numbers("power", 2),
    ("radians", 1): _numbers("radians"),
    ("rand", 0): _numbers("random()", 0),
    ("round", 1): _numbers("round"),
    ("round", 2): Function("round(({})::numeric, least(greatest(({})::integer, -300), 300))::float8", (_D, _I), _D),
    ("sqrt", 1): _numbers("sqrt"),
    ("truncate", 1): _numbers("trunc"),
    ("truncate", 2): Function("trunc(({})::numeric, least(greatest(({})::integer, -300), 300))::float8", (_D, _I), _D),
    **{(name, 1): _numbers(name) for name in ("acos", "asin", "atan", "cos", "cot", "sin", "tan")},
    ("atan2", 2): _numbers("atan2", 2),
    ("lower", 1): _text("lower"),
    ("upper", 1): _text("upper"),
}
"""By name and number of arguments."""

CASTS = {
    "smallint": ("bigint", Sort.INTEGER),
    "integer": ("bigint", Sort.INTEGER),
    "int": ("bigint", Sort.INTEGER),
    "bigint": ("bigint", Sort.INTEGER),
    "real": ("float8", Sort.DOUBLE),
    "double precision": ("float8", Sort.DOUBLE),
    "char": ("text", Sort.TEXT),
    "varchar": ("text", Sort.TEXT),
    "timestamp": ("timestamptz", Sort.TIME),
}
"""The types of CAST: that in PostgreSQL, and the sort of the value."""
