"""The tables that a part of a query sees, and the columns of these."""

from dataclasses import dataclass, field

from common.errors import quoted
from vo.adql.errors import ADQLError
from vo.adql.functions import Sort
from vo.tables import Column


@dataclass(frozen=True)
class Value:
    """The SQL of an expression, the sort of its value, and the column that it is, if it is no more than that.

    `table` is the alias in SQL of the column's table; empty unless the column is one of a table of the service.
    """

    sql: str
    sort: Sort
    column: Column | None = None
    table: str = ""


@dataclass(frozen=True)
class Visible:
    """A table in a FROM: the ways to name it, the last parts of which suffice, and its columns by their names."""

    names: tuple[str, ...]
    columns: dict[str, Value]

    def is_called(self, parts: tuple[str, ...]) -> bool:
        """Return whether a query means this table."""
        return self.names[-len(parts) :] == parts


@dataclass
class Scope:
    """What a SELECT sees: its own tables, and then those of the query around it.

    Attributes
    ----------
    merged
        The columns of joins with USING or NATURAL, by their names: they stand for those of both tables.
    """

    outer: "Scope | None" = None
    tables: list[Visible] = field(default_factory=list)
    merged: dict[str, Value] = field(default_factory=dict)

    def column(self, parts: tuple[str, ...]) -> Value:
        """Return a column by its name, after that of its table.

        Raises
        ------
        ADQLError
            If no column has this name, or several have it.
        """
        found = self.own_column(parts)
        if found is not None:
            return found
        if self.outer is not None:
            return self.outer.column(parts)
        raise ADQLError(f"No table of the query has a column {quoted('.'.join(parts))}.")

    def all_columns(self, parts: tuple[str, ...]) -> list[tuple[str, Value]]:
        """Return what ``*`` stands for, of all tables or of one."""
        if not parts:
            once = list(self.merged.items())
            tables = self.tables
        else:
            once, tables = [], [table for table in self.tables if table.is_called(parts)]
            if len(tables) != 1:
                raise ADQLError(f"{quoted('.'.join(parts))} names no table of the query, or several.")
        hidden = {name for name, _ in once}
        return once + [(name, value) for table in tables for name, value in table.columns.items() if name not in hidden]

    def own_column(self, parts: tuple[str, ...]) -> Value | None:
        """Return a column of the SELECT's own tables, as `column`; None if they have none of this name."""
        *table, name = parts
        if not table and name in self.merged:
            return self.merged[name]
        found = [
            one.columns[name]
            for one in self.tables
            if name in one.columns and (not table or one.is_called(tuple(table)))
        ]
        if len(found) > 1:
            raise ADQLError(f"Several tables have a column {quoted(name)}: write the name of the table before it.")
        return found[0] if found else None
