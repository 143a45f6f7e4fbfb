"""Translates the tree of a query to PostgreSQL, and says what columns the result has."""

from dataclasses import dataclass
from typing import Any

from common.errors import quoted
from vo.adql import tree
from vo.adql.errors import ADQLError
from vo.adql.functions import CASTS, FUNCTIONS, Sort
from vo.adql.scope import Scope, Value, Visible
from vo.adql.spans import implied_conditions
from vo.tables import TABLES, Column, Type

_SORTS = {
    Type.TEXT: Sort.TEXT,
    Type.REGION: Sort.TEXT,
    Type.INTEGER: Sort.INTEGER,
    Type.LONG: Sort.INTEGER,
    Type.DOUBLE: Sort.DOUBLE,
    Type.TIMESTAMP: Sort.TIME,
}
_TYPES = {
    Sort.INTEGER: Type.LONG,
    Sort.DOUBLE: Type.DOUBLE,
    Sort.TEXT: Type.TEXT,
    Sort.UNKNOWN: Type.TEXT,
    Sort.TIME: Type.TIMESTAMP,
}
MAX_OUTPUT_COLUMNS = 500


@dataclass(frozen=True)
class OutputColumn:
    """A column of a result: its name and type, and the column of a table that it is, if it is no more than that."""

    name: str
    type: Type
    column: Column | None


@dataclass(frozen=True)
class Translation:
    """A query for PostgreSQL, with its parameters, and the columns of the result.

    `top` is the number of rows that the query asks for at most; None: all.
    """

    sql: str
    parameters: tuple[Any, ...]
    columns: tuple[OutputColumn, ...]
    top: int | None


def translate(query: tree.Query, limit: int) -> Translation:
    """Translate a query. The result has at most `limit` rows.

    Raises
    ------
    ADQLError
        If it names what is not there, or compares what cannot be compared.
    """
    translator = _Translator()
    sql, columns = translator.query(query, None, limit)
    top = query.body.top if isinstance(query.body, tree.Select) else None
    names = _unique([name for name, _ in columns])
    return Translation(
        sql,
        tuple(translator.parameters),
        tuple(
            OutputColumn(name, value.column.type if value.column else _TYPES[value.sort], value.column)
            for name, (_, value) in zip(names, columns, strict=True)
        ),
        top,
    )


Columns = list[tuple[str, Value]]


class _Translator:
    """Writes SQL from left to right, so that the parameters are in the order of their places."""

    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self._aliases = 0

    # --- Queries -----------------------------------------------------------------------------------------------------

    def query(self, query: tree.Query, outer: Scope | None, limit: int | None = None) -> tuple[str, Columns]:
        if isinstance(query.body, tree.Select):
            sql, columns, scope = self._select(query.body, outer)
            limits = [value for value in (query.body.top, limit) if value is not None]
        else:
            sql, columns = self._operation(query.body, outer)
            scope, limits = None, [] if limit is None else [limit]
        if query.order_by:
            sql += " ORDER BY " + ", ".join(self._sorting(one, columns, scope) for one in query.order_by)
        if limits:
            sql += f" LIMIT {self._parameter(min(limits))}"
        if query.offset is not None:
            sql += f" OFFSET {self._parameter(query.offset)}"
        return sql, columns

    def _select(self, select: tree.Select, outer: Scope | None) -> tuple[str, Columns, Scope]:
        # The tables come after the columns in SQL, but decide what these mean.
        scope = Scope(outer)
        before, self.parameters = self.parameters, []
        sources = ", ".join(self._source(source, scope) for source in select.sources)
        of_sources, self.parameters = self.parameters, before
        columns: Columns = []
        listed = []
        for item in select.items:
            if isinstance(item, tree.Star):
                chosen = scope.all_columns(item.parts)
            else:
                chosen = [(item.name or _name_of(item.expression), self._value(item.expression, scope))]
            listed += [f"{value.sql} AS c{len(columns) + number}" for number, (_, value) in enumerate(chosen, 1)]
            columns += chosen
            if len(columns) > MAX_OUTPUT_COLUMNS:
                raise ADQLError(f"The query selects more than {MAX_OUTPUT_COLUMNS} columns.")
        self.parameters += of_sources
        # No text of the query is in it: see the docstring of the package.
        sql = f"SELECT {'DISTINCT ' if select.distinct else ''}{', '.join(listed)} FROM {sources}"  # noqa: S608
        if select.where is not None:
            conditions = [self._condition(select.where, scope)]
            conditions += implied_conditions(select.where, scope, self._parameter)
            sql += f" WHERE {' AND '.join(conditions)}"
        if select.group_by:
            sql += f" GROUP BY {', '.join(self._value(one, scope).sql for one in select.group_by)}"
        if select.having is not None:
            sql += f" HAVING {self._condition(select.having, scope)}"
        return sql, columns, scope

    def _operation(self, body: tree.Select | tree.SetOperation, outer: Scope | None) -> tuple[str, Columns]:
        if isinstance(body, tree.Select):
            return self.query(tree.Query(body), outer)
        left_sql, left = self._operation(body.left, outer)
        right_sql, right = self._operation(body.right, outer)
        if len(left) != len(right):
            raise ADQLError(f"The queries of {body.word} have {len(left)} and {len(right)} columns.")
        together = []
        for (name, one), (_, other) in zip(left, right, strict=True):
            together.append((name, Value("", _common([one, other]), _same_column(one, other))))
        return f"({left_sql}) {body.word} ({right_sql})", together

    def _sorting(self, sorting: tree.Sorting, columns: Columns, scope: Scope | None) -> str:
        order = " DESC" if sorting.descending else ""
        match sorting.by:
            case tree.Constant(int() as number) if 1 <= number <= len(columns):
                return f"{number}{order}"
            case tree.ColumnName((name,)):
                places = [place for place, (known, _) in enumerate(columns, 1) if known == name]
                if places:
                    return f"{places[0]}{order}"
        if scope is None or isinstance(sorting.by, tree.Constant):
            raise ADQLError("ORDER BY must name a column of the result.")
        return self._value(sorting.by, scope).sql + order

    # --- Tables ------------------------------------------------------------------------------------------------------

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def _source(self, source: tree.Source, scope: Scope) -> str:
        match source:
            case tree.TableName():
                return self._table(source, scope)
            case tree.Derived():
                sql, columns = self.query(source.query, None)
                alias = self._alias()
                names = _unique([name for name, _ in columns])
                visible = {
                    name: Value(f"{alias}.c{number}", value.sort, value.column)
                    for number, (name, (_, value)) in enumerate(zip(names, columns, strict=True), 1)
                }
                scope.tables.append(Visible((source.alias,), visible))
                listed = ", ".join(f"c{number}" for number in range(1, len(columns) + 1))
                return f"({sql}) AS {alias} ({listed})"
        return self._join(source, scope)

    def _table(self, source: tree.TableName, scope: Scope) -> str:
        lowered = tuple(part.lower() for part in source.parts)
        table = TABLES.get(".".join(lowered))
        if table is None:
            raise ADQLError(f"There is no table {quoted('.'.join(source.parts))}. The tables are {', '.join(TABLES)}.")
        alias = self._alias()
        columns = {}
        for column in table.columns:
            name = column.name.strip('"')
            columns[name] = Value(f'{alias}."{name}"', _SORTS[column.type], column, alias)
        scope.tables.append(Visible((source.alias,) if source.alias else lowered, columns))
        return f"{table.name} AS {alias}"

    def _join(self, join: tree.Join, scope: Scope) -> str:
        inner = Scope(scope.outer)
        left = self._source(join.left, inner)
        left_tables = list(inner.tables)
        right_scope = Scope(scope.outer)
        right = self._source(join.right, right_scope)
        sql = f"({left} {join.kind} {right}"
        using = join.using
        left_scope = Scope(None, left_tables, dict(inner.merged))
        if using is None:
            theirs = dict(right_scope.all_columns(()))
            using = tuple(name for name, _ in left_scope.all_columns(()) if name in theirs)
            if not using:
                raise ADQLError("The tables of a NATURAL JOIN have no column of the same name.")
        inner.tables += right_scope.tables
        inner.merged |= right_scope.merged
        if using:
            pairs = [(left_scope.column((name,)), right_scope.column((name,))) for name in using]
            for name, (one, other) in zip(using, pairs, strict=True):
                _common([one, other])
                inner.merged[name] = _merged(join.kind, one, other)
            sql += " ON " + " AND ".join(f"{one.sql} = {other.sql}" for one, other in pairs)
        elif join.on is not None:
            sql += f" ON {self._condition(join.on, inner)}"
        scope.tables += inner.tables
        scope.merged |= inner.merged
        return sql + ")"

    # --- Conditions --------------------------------------------------------------------------------------------------

    def _condition(self, node: tree.Expression, scope: Scope) -> str:
        match node:
            case tree.Logic():
                return f"({f' {node.word} '.join(self._condition(one, scope) for one in node.conditions)})"
            case tree.Not():
                return f"(NOT {self._condition(node.condition, scope)})"
            case tree.Comparison():
                left, right = self._value(node.left, scope), self._value(node.right, scope)
                _common([left, right])
                return f"({left.sql} {node.sign} {right.sql})"
            case tree.Between():
                values = [self._value(one, scope) for one in (node.operand, node.low, node.high)]
                _common(values)
                return f"({values[0].sql} {_not(node.negated)}BETWEEN {values[1].sql} AND {values[2].sql})"
            case tree.In():
                return self._in(node, scope)
            case tree.Like():
                operand, pattern = self._value(node.operand, scope), self._value(node.pattern, scope)
                for value in (operand, pattern):
                    _require(Sort.TEXT, value, "LIKE")
                word = "ILIKE" if node.any_case else "LIKE"
                return f"({operand.sql} {_not(node.negated)}{word} {pattern.sql} ESCAPE '')"
            case tree.IsNull():
                return f"({self._value(node.operand, scope).sql} IS {_not(node.negated)}NULL)"
            case tree.Exists():
                return f"(EXISTS ({self.query(node.query, scope)[0]}))"
        raise ADQLError("A condition was expected, but there is a value.")

    def _in(self, node: tree.In, scope: Scope) -> str:
        operand = self._value(node.operand, scope)
        if isinstance(node.choices, tree.Query):
            sql, column = self._single(node.choices, scope)
            _common([operand, column])
            return f"({operand.sql} {_not(node.negated)}IN ({sql}))"
        choices = [self._value(choice, scope) for choice in node.choices]
        _common([operand, *choices])
        return f"({operand.sql} {_not(node.negated)}IN ({', '.join(choice.sql for choice in choices)}))"

    def _single(self, query: tree.Query, scope: Scope) -> tuple[str, Value]:
        sql, columns = self.query(query, scope)
        if len(columns) != 1:
            raise ADQLError("A subquery that stands for a value must have one column.")
        return sql, columns[0][1]

    # --- Values ------------------------------------------------------------------------------------------------------

    def _parameter(self, value: Any) -> str:
        self.parameters.append(value)
        return "%s"

    def _value(self, node: tree.Expression, scope: Scope) -> Value:
        match node:
            case tree.Constant():
                return self._constant(node.value)
            case tree.ColumnName():
                return scope.column(node.parts)
            case tree.Chain():
                return self._chain(node, scope)
            case tree.Negative():
                operand = self._value(node.operand, scope)
                _require(Sort.DOUBLE, operand, "A minus")
                return Value(f"(- {_as_number(operand)})", operand.sort)
            case tree.Call():
                return self._call(node, scope)
            case tree.Aggregate():
                return self._aggregate(node, scope)
            case tree.Cast():
                if node.type not in CASTS:
                    raise ADQLError(f"CAST to {quoted(node.type)} is not supported.")
                name, sort = CASTS[node.type]
                return Value(f"({self._value(node.operand, scope).sql})::{name}", sort)
            case tree.Scalar():
                sql, column = self._single(node.query, scope)
                return Value(f"({sql})", column.sort)
        raise ADQLError("A value was expected, but there is a condition.")

    def _constant(self, value: int | float | str | None) -> Value:
        match value:
            case None:
                return Value("NULL", Sort.UNKNOWN)
            case int():
                return Value(f"{self._parameter(value)}::bigint", Sort.INTEGER)
            case float():
                return Value(f"{self._parameter(value)}::float8", Sort.DOUBLE)
        # Without a cast, PostgreSQL reads it as a time where one is compared with it.
        return Value(self._parameter(value), Sort.TEXT)

    def _chain(self, node: tree.Chain, scope: Scope) -> Value:
        values = [self._value(one, scope) for one in (node.first, *(one for _, one in node.rest))]
        signs = [sign for sign, _ in node.rest]
        wanted = Sort.TEXT if "||" in signs else Sort.DOUBLE
        for value in values:
            _require(wanted, value, f"“{signs[0]}”")
        if wanted is Sort.TEXT:
            sql = f"({values[0].sql})::text"
            for value in values[1:]:
                sql = f"({sql} || ({value.sql})::text)::archive.bounded_text"
            return Value(f"({sql})::text", Sort.TEXT)
        others = zip(signs, values[1:], strict=True)
        sql = _as_number(values[0]) + "".join(f" {sign} {_as_number(value)}" for sign, value in others)
        whole = all(value.sort is Sort.INTEGER for value in values)
        return Value(f"({sql})", Sort.INTEGER if whole else Sort.DOUBLE)

    def _call(self, node: tree.Call, scope: Scope) -> Value:
        values = [self._value(one, scope) for one in node.arguments]
        if node.name == "coalesce" and values:
            return Value(f"COALESCE({', '.join(value.sql for value in values)})", _common(values))
        function = FUNCTIONS.get((node.name, len(values)))
        if function is None:
            known = sorted({name for name, _ in FUNCTIONS} | {"coalesce", "cast"})
            raise ADQLError(
                f"There is no function {quoted(node.name)} with {len(values)} arguments. The functions are "
                f"{', '.join(known)}."
            )
        arguments = []
        for wanted, value in zip(function.arguments, values, strict=True):
            _require(wanted, value, node.name.upper())
            arguments.append(f"({value.sql}){'::float8' if wanted is Sort.DOUBLE else ''}")
        return Value(function.sql.format(*arguments), function.result)

    def _aggregate(self, node: tree.Aggregate, scope: Scope) -> Value:
        if node.operand is None:
            return Value("count(*)", Sort.INTEGER)
        operand = self._value(node.operand, scope)
        cast = "::text" if operand.sort in (Sort.TEXT, Sort.UNKNOWN) else ""
        sql = f"{node.name}({'DISTINCT ' if node.distinct else ''}({operand.sql}){cast})"
        match node.name:
            case "count":
                return Value(sql, Sort.INTEGER)
            case "min" | "max":
                return Value(sql, operand.sort)
        _require(Sort.DOUBLE, operand, node.name.upper())
        if node.name == "sum" and operand.sort is Sort.INTEGER:
            return Value(f"({sql})::bigint", Sort.INTEGER)
        return Value(f"({sql})::float8", Sort.DOUBLE)


def _as_number(value: Value) -> str:
    """Return the SQL of a number. PostgreSQL would not know which sort of number a NULL is."""
    return f"({value.sql})::float8" if value.sort is Sort.UNKNOWN else value.sql


def _not(negated: bool) -> str:
    return "NOT " if negated else ""


def _require(wanted: Sort, value: Value, what: str) -> None:
    fits = value.sort is wanted or value.sort is Sort.UNKNOWN or (wanted is Sort.DOUBLE and value.sort.is_number)
    if not fits:
        raise ADQLError(f"{what} needs {wanted.value}, but is given {value.sort.value}.")


def _common(values: list[Value]) -> Sort:
    """Return the sort of values that are compared. A text that is compared with a time is read as one."""
    sorts = {value.sort for value in values} - {Sort.UNKNOWN}
    if not sorts:
        return Sort.UNKNOWN
    if sorts <= {Sort.INTEGER, Sort.DOUBLE}:
        return Sort.DOUBLE if Sort.DOUBLE in sorts else Sort.INTEGER
    if sorts == {Sort.TEXT, Sort.TIME} and all(value.sql == "%s" for value in values if value.sort is Sort.TEXT):
        return Sort.TIME
    if len(sorts) > 1:
        raise ADQLError(f"{' and '.join(sorted(sort.value for sort in sorts))} cannot be compared.")
    return sorts.pop()


def _same_column(one: Value, other: Value) -> Column | None:
    """Return what describes the values of two columns together, if both have the same type."""
    same = one.column is not None and other.column is not None and one.column.type is other.column.type
    return one.column if same else None


def _merged(kind: str, left: Value, right: Value) -> Value:
    match kind:
        case "RIGHT JOIN":
            return right
        case "FULL JOIN":
            return Value(f"COALESCE({left.sql}, {right.sql})", _common([left, right]), _same_column(left, right))
    return left


def _name_of(expression: tree.Expression) -> str:
    match expression:
        case tree.ColumnName():
            return expression.parts[-1]
        case tree.Call() | tree.Aggregate():
            return expression.name
    return "value"


def _unique(names: list[str]) -> list[str]:
    """Return the names, with numbers after those that another column before them has."""
    used: set[str] = set()
    unique = []
    for name in names:
        candidate, number = name, 1
        while candidate in used:
            number += 1
            candidate = f"{name}_{number}"
        used.add(candidate)
        unique.append(candidate)
    return unique
