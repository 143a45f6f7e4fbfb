"""Parses ADQL by recursive descent. Length, depth and number of subqueries and tables are bounded, and so is the time.

The grammar is that of ADQL 2.1 (REC-ADQL-2.1, appendix A), with the keywords of ADQL 2.0 reserved as far as they would
be ambiguous.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vo.adql import tree
from vo.adql.errors import ADQLError
from vo.adql.tokens import Kind, Token, tokens_of
from vo.adql.tree import Expression

MAX_DEPTH = 30
"""Parentheses, functions and subqueries within each other."""

MAX_TABLES = 10
MAX_CONCATENATIONS = 20
_LARGEST_INTEGER = 2**63 - 1

_RESERVED = frozenset(
    (
        *("all", "and", "any", "as", "asc", "between", "by", "case", "cast", "coalesce", "cross", "desc", "distinct"),
        *("else", "end", "except", "exists", "from", "full", "group", "having", "ilike", "in", "inner", "intersect"),
        *("into", "is", "join", "left", "like", "natural", "not", "null", "offset", "on", "or", "order", "outer"),
        *(
            "right",
            "select",
            "set",
            "some",
            "then",
            "top",
            "union",
            "unique",
            "using",
            "values",
            "when",
            "where",
            "with",
        ),
    )
)
_AGGREGATES = frozenset(("avg", "count", "max", "min", "sum"))
_JOINS = {"inner": "JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL JOIN"}
_COMPARISONS = frozenset(("=", "<>", "!=", "<", ">", "<=", ">="))


def parse(query: str) -> tree.Query:
    """Return the tree of a query.

    Raises
    ------
    ADQLError
        If it is not ADQL, or beyond a bound.
    """
    return _Parser(tokens_of(query)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = self._tables = self._concatenations = 0

    def whole(self) -> tree.Query:
        query = self._query()
        self._take_sign(";")
        if self._next.kind is not Kind.END:
            raise self._unexpected("the end of the query")
        return query

    # --- Tokens ------------------------------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _advance(self) -> Token:
        token = self._next
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def _follows(self, *words: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.kind is Kind.NAME and token.value in words

    def _follows_sign(self, *signs: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.kind is Kind.SIGN and token.value in signs

    def _take(self, *words: str) -> str:
        return self._advance().value if self._follows(*words) else ""

    def _take_sign(self, *signs: str) -> str:
        return self._advance().value if self._follows_sign(*signs) else ""

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(word.upper())

    def _expect_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            raise self._unexpected(f"“{sign}”")

    def _unexpected(self, wanted: str) -> ADQLError:
        return ADQLError(f"{wanted} was expected, but the query has {self._next}.")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ADQLError(f"The query has more than {MAX_DEPTH} parentheses, functions or subqueries in each other.")
        yield
        self._depth -= 1

    def _name(self, what: str) -> str:
        token = self._next
        if token.kind is Kind.DELIMITED or (token.kind is Kind.NAME and token.value not in _RESERVED):
            return self._advance().value
        raise self._unexpected(what)

    def _path(self, what: str) -> tuple[str, ...]:
        parts = [self._name(what)]
        while self._follows_sign(".") and not self._follows_sign("*", ahead=1):
            self._advance()
            parts.append(self._name(what))
        if len(parts) > 4:
            raise ADQLError(f"“{'.'.join(parts)[:80]}” has more than four parts.")
        return tuple(parts)

    def _listed(self, one: Callable[[], Expression]) -> tuple[Expression, ...]:
        listed = [one()]
        while self._take_sign(","):
            listed.append(one())
        return tuple(listed)

    def _whole_number(self, what: str) -> int:
        if self._next.kind is not Kind.INTEGER:
            raise self._unexpected(what)
        return min(int(self._advance().value[:19]), _LARGEST_INTEGER)

    # --- Queries -----------------------------------------------------------------------------------------------------

    def _query(self) -> tree.Query:
        with self._deeper():
            body = self._union()
            order_by: list[tree.Sorting] = []
            if self._take("order"):
                self._expect("by")
                order_by.append(self._sorting())
                while self._take_sign(","):
                    order_by.append(self._sorting())
            offset = self._whole_number("The number of rows to skip") if self._take("offset") else None
        return tree.Query(body, tuple(order_by), offset)

    def _sorting(self) -> tree.Sorting:
        by = self._value()
        return tree.Sorting(by, self._take("asc", "desc") == "desc")

    def _union(self) -> tree.Select | tree.SetOperation:
        left = self._intersection()
        while word := self._take("union", "except"):
            word += " all" if self._take("all") else ""
            left = tree.SetOperation(left, word.upper(), self._intersection())
        return left

    def _intersection(self) -> tree.Select | tree.SetOperation:
        left = self._set_operand()
        while word := self._take("intersect"):
            word += " all" if self._take("all") else ""
            left = tree.SetOperation(left, word.upper(), self._set_operand())
        return left

    def _set_operand(self) -> tree.Select | tree.SetOperation:
        if not self._take_sign("("):
            return self._select()
        with self._deeper():
            operand = self._union()
        self._expect_sign(")")
        return operand

    def _select(self) -> tree.Select:
        self._expect("select")
        distinct = self._take("distinct", "all") == "distinct"
        top = self._whole_number("The number of rows") if self._take("top") else None
        items = [self._item()]
        while self._take_sign(","):
            items.append(self._item())
        self._expect("from")
        sources = [self._source()]
        while self._take_sign(","):
            sources.append(self._source())
        where = self._condition() if self._take("where") else None
        group_by: tuple[Expression, ...] = ()
        if self._take("group"):
            self._expect("by")
            group_by = self._listed(self._value)
        having = self._condition() if self._take("having") else None
        return tree.Select(tuple(items), tuple(sources), distinct, top, where, group_by, having)

    def _item(self) -> tree.Item | tree.Star:
        if self._take_sign("*"):
            return tree.Star()
        if self._next.kind in (Kind.NAME, Kind.DELIMITED) and self._next.value not in _RESERVED:
            begin = self._at
            parts = self._path("A column")
            if self._take_sign("."):
                self._expect_sign("*")
                return tree.Star(parts)
            self._at = begin
        expression = self._value()
        if self._take("as"):
            return tree.Item(expression, self._name("A name"))
        return tree.Item(expression, self._alias())

    def _alias(self) -> str:
        token = self._next
        is_name = token.kind is Kind.DELIMITED or (token.kind is Kind.NAME and token.value not in _RESERVED)
        return self._advance().value if is_name else ""

    # --- Tables ------------------------------------------------------------------------------------------------------

    def _source(self) -> tree.Source:
        left = self._table()
        while self._follows("natural", "join", "cross", *_JOINS):
            natural = bool(self._take("natural"))
            if self._take("cross"):
                self._expect("join")
                left = tree.Join(left, "CROSS JOIN", self._table())
                continue
            kind = self._take(*_JOINS) or "inner"
            if kind != "inner":
                self._take("outer")
            self._expect("join")
            right = self._table()
            if natural:
                left = tree.Join(left, _JOINS[kind], right, using=None)
            elif self._take("using"):
                self._expect_sign("(")
                columns = [self._name("A column")]
                while self._take_sign(","):
                    columns.append(self._name("A column"))
                self._expect_sign(")")
                left = tree.Join(left, _JOINS[kind], right, using=tuple(columns))
            else:
                self._expect("on")
                left = tree.Join(left, _JOINS[kind], right, on=self._condition())
        return left

    def _table(self) -> tree.Source:
        self._tables += 1
        if self._tables > MAX_TABLES:
            raise ADQLError(f"The query names more than {MAX_TABLES} tables.")
        if not self._take_sign("("):
            parts = self._path("A table")
            self._take("as")
            return tree.TableName(parts, self._alias())
        if not self._is_query():
            with self._deeper():
                source = self._source()
            self._expect_sign(")")
            return source
        query = self._query()
        self._expect_sign(")")
        self._take("as")
        return tree.Derived(query, self._name("A name for the subquery"))

    def _is_query(self) -> bool:
        ahead = 0
        while self._follows_sign("(", ahead=ahead):
            ahead += 1
        return self._follows("select", ahead=ahead)

    # --- Expressions -------------------------------------------------------------------------------------------------

    def _condition(self) -> Expression:
        expression = self._disjunction()
        if not isinstance(expression, tree.Condition):
            raise ADQLError(f"A condition was expected before {self._next}, but there is a value.")
        return expression

    def _value(self) -> Expression:
        expression = self._disjunction()
        if isinstance(expression, tree.Condition):
            raise ADQLError(f"A value was expected before {self._next}, but there is a condition.")
        return expression

    def _disjunction(self) -> Expression:
        return self._logic("or", lambda: self._logic("and", self._negation))

    def _logic(self, word: str, operand: Callable[[], Expression]) -> Expression:
        first = operand()
        if not self._follows(word):
            return first
        conditions = [first]
        while self._take(word):
            conditions.append(operand())
        for condition in conditions:
            if not isinstance(condition, tree.Condition):
                raise ADQLError(f"{word.upper()} stands between conditions, but there is a value before {self._next}.")
        return tree.Logic(word.upper(), tuple(conditions))

    def _negation(self) -> Expression:
        if not self._take("not"):
            return self._predicate()
        with self._deeper():
            condition = self._negation()
        if not isinstance(condition, tree.Condition):
            raise ADQLError(f"NOT stands before a condition, but there is a value before {self._next}.")
        return tree.Not(condition)

    def _predicate(self) -> Expression:
        if self._take("exists"):
            return tree.Exists(self._subquery())
        left = self._concatenation()
        if isinstance(left, tree.Condition):
            return left
        if sign := self._take_sign(*_COMPARISONS):
            return tree.Comparison(left, "<>" if sign == "!=" else sign, self._operand())
        if self._take("is"):
            negated = bool(self._take("not"))
            self._expect("null")
            return tree.IsNull(left, negated)
        negated = self._follows("not") and self._follows("between", "in", "like", "ilike", ahead=1)
        if negated:
            self._advance()
        if self._take("between"):
            low = self._operand()
            self._expect("and")
            return tree.Between(left, low, self._operand(), negated)
        if self._take("in"):
            return tree.In(left, self._choices(), negated)
        if word := self._take("like", "ilike"):
            return tree.Like(left, self._operand(), negated, word == "ilike")
        return left

    def _operand(self) -> Expression:
        operand = self._concatenation()
        if isinstance(operand, tree.Condition):
            raise ADQLError(f"A value was expected before {self._next}, but there is a condition.")
        return operand

    def _choices(self) -> tuple[Expression, ...] | tree.Query:
        if self._is_query():
            return self._subquery()
        self._expect_sign("(")
        with self._deeper():
            choices = self._listed(self._value)
        self._expect_sign(")")
        return choices

    def _subquery(self) -> tree.Query:
        self._expect_sign("(")
        query = self._query()
        self._expect_sign(")")
        return query

    def _concatenation(self) -> Expression:
        return self._chain(("||",), self._sum)

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Expression:
        return self._chain(("*", "/"), self._factor)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        first = operand()
        rest = []
        while sign := self._take_sign(*signs):
            rest.append((sign, operand()))
        if not rest:
            return first
        if "||" in signs:
            self._concatenations += len(rest)
            if self._concatenations > MAX_CONCATENATIONS:
                raise ADQLError(f"The query has more than {MAX_CONCATENATIONS} signs “||”.")
        for one in (first, *(one for _, one in rest)):
            if isinstance(one, tree.Condition):
                raise ADQLError(f"A value was expected before {self._next}, but there is a condition.")
        return tree.Chain(first, tuple(rest))

    def _factor(self) -> Expression:
        if self._take_sign("+"):
            with self._deeper():
                return self._factor()
        if not self._take_sign("-"):
            return self._primary()
        with self._deeper():
            operand = self._factor()
        if isinstance(operand, tree.Condition):
            raise ADQLError(f"A value was expected before {self._next}, but there is a condition.")
        return tree.Negative(operand)

    def _primary(self) -> Expression:
        token = self._next
        match token.kind:
            case Kind.TEXT:
                self._advance()
                return tree.Constant(token.value)
            case Kind.INTEGER if len(token.value) <= 18:
                self._advance()
                return tree.Constant(int(token.value))
            case Kind.INTEGER | Kind.FLOAT:
                self._advance()
                if not math.isfinite(number := float(token.value)):
                    raise ADQLError(f"{token} is too large.")
                return tree.Constant(number)
            case Kind.SIGN if token.value == "(":
                return self._in_parentheses()
            case Kind.NAME if self._take("null"):
                return tree.Constant(None)
            case Kind.NAME if self._follows_sign("(", ahead=1):
                return self._function()
            case Kind.NAME | Kind.DELIMITED:
                return tree.ColumnName(self._path("A column"))
        raise self._unexpected("A value")

    def _in_parentheses(self) -> Expression:
        if self._is_query():
            return tree.Scalar(self._subquery())
        self._expect_sign("(")
        with self._deeper():
            expression = self._disjunction()
        self._expect_sign(")")
        return expression

    def _function(self) -> Expression:
        name = self._advance().value
        self._expect_sign("(")
        with self._deeper():
            result = self._arguments(name)
        self._expect_sign(")")
        return result

    def _arguments(self, name: str) -> Expression:
        if name == "count" and self._take_sign("*"):
            return tree.Aggregate(name, None, False)
        if name in _AGGREGATES:
            distinct = self._take("distinct", "all") == "distinct"
            return tree.Aggregate(name, self._value(), distinct)
        if name == "cast":
            operand = self._value()
            self._expect("as")
            return tree.Cast(operand, self._type())
        return tree.Call(name, () if self._follows_sign(")") else self._listed(self._value))

    def _type(self) -> str:
        words = [self._name("A type")]
        if words == ["double"]:
            words.append(self._take("precision") or "precision")
        if self._take_sign("("):
            self._whole_number("A length")
            self._expect_sign(")")
        return " ".join(words)
