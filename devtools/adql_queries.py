"""Makes queries in ADQL from a grammar, and damages them: what a test or a benchmark sends to TAP."""

import random
from collections.abc import Iterator

from vo.adql.functions import FUNCTIONS, Sort
from vo.tables import TABLES, Type

_NUMBERS = (Type.INTEGER, Type.LONG, Type.DOUBLE)

_HOSTILE = (
    "pg_sleep(10)",
    "pg_read_file('/etc/passwd')",
    "auth_user",
    "public.auth_user",
    "pg_catalog.pg_class",
    "datacubes_datacube",
    "; DROP TABLE auth_user; --",
    "; DELETE FROM vo_job",
    "'; SELECT 1; --",
    "$$",
    "%s",
    "%(x)s",
    "%%",
    "\\'",
    "E'\\''",
    "U&'x'",
    "/*",
    "*/",
    "set_config('role', 'postgres', false)",
    "current_user",
    "version()",
    "RESET ROLE",
    "INSERT INTO archive.keywords",
    "lo_import('/etc/passwd')",
    "dblink('x')",
    "query_to_xml('select 1')",
    "::regclass",
    "COPY x TO PROGRAM 'id'",
    "\x00",
    "\ud800",
    "é",
    "INTO x",
    "FOR UPDATE",
    "LATERAL",
    "generate_series(1, 1000000000)",
    "repeat('x', 1000000000)",
    "(" * 200,
    "1e999",
    "9" * 40,
    "t1",
    "c1",
    '"""',
    "''''",
)
"""Texts that a damaged query gets."""

_WORDS = (
    "SELECT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "NULL",
    "IS",
    "IN",
    "LIKE",
    "BETWEEN",
    "GROUP BY",
    "ORDER BY",
    "UNION ALL",
    "JOIN",
    "USING",
    "ON",
    "TOP 5",
    "DISTINCT",
    "EXISTS",
    "(",
    ")",
    ",",
    ".",
    "*",
    "||",
    "=",
    "<",
    "-",
    "'",
    '"',
    ";",
    "AS",
    "CAST",
    "COUNT",
    "OFFSET 3",
)


def queries(number: int, seed: int) -> Iterator[str]:
    """Yield queries: half of them as the grammar makes them, half of them damaged."""
    source = random.Random(seed)
    for index in range(number):
        query = _Maker(source).query(0)
        yield _damaged(query, source) if index % 2 else query


class _Maker:
    """Makes a query from the grammar. Names and types fit mostly, so that many queries can be carried out."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._numbers: list[str] = []
        self._texts: list[str] = []

    def query(self, depth: int) -> str:
        """Return a query; one within another is of one column, a number."""
        outer = self._numbers, self._texts
        body = self._select(depth)
        if depth and self._often(0.05):
            body += f" {self._one('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT')} {self._select(depth)}"
        self._numbers, self._texts = outer
        return body

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _often(self, share: float) -> bool:
        return self._random.random() < share

    def _select(self, depth: int) -> str:
        sources = self._sources(depth)
        top = f"TOP {self._random.choice((0, 1, 10, 1000))} " if self._often(0.7) else ""
        where = f" WHERE {self._condition(depth)}" if self._often(0.7) else ""
        if depth:
            return f"SELECT {self._one('TOP 1 ', 'TOP 1 ', '')}{self._number(depth + 1)} FROM {sources}{where}"
        if self._often(0.15):
            column = self._one(*self._texts)
            having = f" HAVING COUNT(*) > {self._random.randint(0, 3)}" if self._often(0.5) else ""
            return f"SELECT {top}{column}, {self._aggregate(depth)} FROM {sources}{where} GROUP BY {column}{having}"
        items = "*" if self._often(0.2) else ", ".join(self._item(depth) for _ in range(self._random.randint(1, 4)))
        query = f"SELECT {'DISTINCT ' if self._often(0.1) else ''}{top}{items} FROM {sources}{where}"
        if self._often(0.3):
            query += f" ORDER BY {self._one('1', self._one(*self._numbers))} {self._one('', 'ASC', 'DESC')}"
        return query + (f" OFFSET {self._random.randint(0, 5)}" if self._often(0.05) else "")

    def _sources(self, depth: int) -> str:
        table = TABLES[self._one(*TABLES)]
        alias = self._one("a", "b", "c")
        if depth < 2 and self._often(0.15):
            source = f"(SELECT * FROM {table.name}) AS {alias}"
        elif self._often(0.1):
            table = TABLES["archive.data_cubes"]
            other = self._one("", "LEFT ", "FULL ", "NATURAL ")
            source = f"archive.keywords AS k {other}JOIN {table.name} AS {alias}"
            source += "" if other == "NATURAL " else self._one(" USING (oid)", f" ON k.oid = {alias}.oid")
        else:
            source = f"{table.name} AS {alias}"
        self._numbers = [f"{alias}.{column.name}" for column in table.columns if column.type in _NUMBERS] or ["1"]
        self._texts = [f"{alias}.{column.name}" for column in table.columns if column.type is Type.TEXT]
        return source

    def _item(self, depth: int) -> str:
        name = f" AS {self._one('x', 'y', 'total', chr(34) + 'A b' + chr(34))}" if self._often(0.3) else ""
        return self._one(self._number(depth), self._text(depth)) + name

    def _aggregate(self, depth: int) -> str:
        return self._one("COUNT(*)", f"{self._one('MIN', 'MAX', 'SUM', 'AVG', 'COUNT')}({self._number(depth + 1)})")

    def _number(self, depth: int) -> str:
        if depth > 3 or self._often(0.55):
            number = self._random.choice((0, 1, -1, 59000, 6e-7, 2.5, 10**17, 1e300))
            return self._one(*self._numbers) if self._often(0.7) else self._one(str(number), "NULL")
        match self._random.randrange(5):
            case 0:
                return f"({self._number(depth + 1)} {self._one('+', '-', '*', '/')} {self._number(depth + 1)})"
            case 1:
                numeric = [key for key, function in FUNCTIONS.items() if Sort.TEXT not in function.arguments]
                name, number = self._random.choice(numeric)
                return f"{name.upper()}({', '.join(self._number(depth + 1) for _ in range(number))})"
            case 2:
                return (
                    f"CAST({self._number(depth + 1)} AS {self._one('INTEGER', 'BIGINT', 'REAL', 'DOUBLE PRECISION')})"
                )
            case 3:
                return f"COALESCE({self._number(depth + 1)}, {self._one('0', '-1.5')})"
        return f"-{self._number(depth + 1)}" if depth else f"({self.query(2)})"

    def _text(self, depth: int) -> str:
        if depth > 3 or self._often(0.7):
            return self._one(*self._texts) if self._often(0.7) else self._one("'Sun'", "'%'", "''", "'it''s'")
        match self._random.randrange(3):
            case 0:
                return f"{self._text(depth + 1)} || {self._text(depth + 1)}"
            case 1:
                return f"{self._one('LOWER', 'UPPER')}({self._text(depth + 1)})"
        return f"CAST({self._number(depth + 1)} AS {self._one('CHAR', 'VARCHAR(5)')})"

    def _condition(self, depth: int) -> str:
        if depth < 3 and self._often(0.3):
            conditions = (self._condition(depth + 1) for _ in range(self._random.randint(2, 4)))
            return f"({self._one(' AND ', ' OR ').join(conditions)})"
        number = self._number(depth + 1)
        match self._random.randrange(6):
            case 0:
                return f"{number} IS {self._one('', 'NOT ')}NULL"
            case 1:
                low, high = self._number(depth + 1), self._number(depth + 1)
                return f"{number} {self._one('', 'NOT ')}BETWEEN {low} AND {high}"
            case 2:
                return f"{number} IN ({self.query(2) if depth < 2 else self._number(3)})"
            case 3:
                pattern = f"'%{self._one('a', '_', '8%2')}%'"
                return f"{self._text(depth)} {self._one('', 'NOT ')}{self._one('LIKE', 'ILIKE')} {pattern}"
            case 4 if depth < 2:
                return f"{self._one('', 'NOT ')}EXISTS ({self.query(2)})"
        return f"{number} {self._one('=', '<>', '<', '>', '<=', '>=', '!=')} {self._number(depth + 1)}"


def _damaged(query: str, source: random.Random) -> str:
    """Return a query with one to four places changed."""
    for _ in range(source.randint(1, 4)):
        begin = source.randrange(len(query) + 1)
        end = min(len(query), begin + source.choice((0, 0, 1, 3, 10)))
        new = source.choice((*_HOSTILE, *_WORDS, query[begin : begin + 20], chr(source.randrange(32, 127))))
        query = query[:begin] + source.choice((new, f" {new} ")) + query[end:]
    return query
