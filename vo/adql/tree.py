"""The tree of a query. A condition is a node that has a truth value; every other expression has a value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Constant:
    """A number, a text, or NULL."""

    value: int | float | str | None


@dataclass(frozen=True)
class ColumnName:
    """A column: its name, after those of its table."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Star:
    """All columns, of all tables or of one."""

    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain:
    """Operands with the signs between them: + and -, * and /, or ||."""

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True)
class Negative:
    """A number with a minus before it."""

    operand: "Expression"


@dataclass(frozen=True)
class Call:
    """A function of some values."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Aggregate:
    """A function of the values of many rows; no operand: of the rows themselves (COUNT(*))."""

    name: str
    operand: "Expression | None"
    distinct: bool


@dataclass(frozen=True)
class Cast:
    """A value as another type."""

    operand: "Expression"
    type: str


@dataclass(frozen=True)
class Scalar:
    """The only value of a query."""

    query: "Query"


@dataclass(frozen=True)
class Comparison:
    """Two values that are compared."""

    left: "Expression"
    sign: str
    right: "Expression"


@dataclass(frozen=True)
class Between:
    """Whether a value is between two others."""

    operand: "Expression"
    low: "Expression"
    high: "Expression"
    negated: bool


@dataclass(frozen=True)
class In:
    """Whether a value is among others."""

    operand: "Expression"
    choices: "tuple[Expression, ...] | Query"
    negated: bool


@dataclass(frozen=True)
class Like:
    """Whether a text has a pattern; `any_case`: ILIKE."""

    operand: "Expression"
    pattern: "Expression"
    negated: bool
    any_case: bool


@dataclass(frozen=True)
class IsNull:
    """Whether a value is missing."""

    operand: "Expression"
    negated: bool


@dataclass(frozen=True)
class Exists:
    """Whether a query has rows."""

    query: "Query"


@dataclass(frozen=True)
class Logic:
    """Conditions with AND, or with OR, between them."""

    word: str
    conditions: tuple["Expression", ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    condition: "Expression"


Condition = Comparison | Between | In | Like | IsNull | Exists | Logic | Not
Expression = Constant | ColumnName | Chain | Negative | Call | Aggregate | Cast | Scalar | Condition


@dataclass(frozen=True)
class Item:
    """An expression of a select list, with the name that the query gives it."""

    expression: Expression
    name: str = ""


@dataclass(frozen=True)
class TableName:
    """A table of the service, with the name that the query gives it."""

    parts: tuple[str, ...]
    alias: str = ""


@dataclass(frozen=True)
class Derived:
    """A query as a table."""

    query: "Query"
    alias: str


@dataclass(frozen=True)
class Join:
    """Two tables side by side. `using`: columns with equal values; None: all that both have (NATURAL)."""

    left: "Source"
    kind: str
    right: "Source"
    on: Expression | None = None
    using: tuple[str, ...] | None = ()


Source = TableName | Derived | Join


@dataclass(frozen=True)
class Select:
    """A query without set operations."""

    items: tuple[Item | Star, ...]
    sources: tuple[Source, ...]
    distinct: bool = False
    top: int | None = None
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    having: Expression | None = None


@dataclass(frozen=True)
class SetOperation:
    """The rows of two queries together: UNION, EXCEPT or INTERSECT, with ALL or without."""

    left: "Select | SetOperation"
    word: str
    right: "Select | SetOperation"


@dataclass(frozen=True)
class Sorting:
    """A part of ORDER BY: an expression, or the number of a column."""

    by: Expression
    descending: bool


@dataclass(frozen=True)
class Query:
    """A whole query, or a subquery."""

    body: Select | SetOperation
    order_by: tuple[Sorting, ...] = ()
    offset: int | None = None
