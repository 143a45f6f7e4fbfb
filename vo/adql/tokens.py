"""Cuts a query into tokens."""

import re
from dataclasses import dataclass
from enum import Enum

from common.errors import quoted
from vo.adql.errors import ADQLError

MAX_LENGTH = 10_000
"""Characters of a query."""


class Kind(Enum):
    """The kind of a token."""

    NAME = "name"
    DELIMITED = "delimited name"
    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "number"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    """A token: a name in lower case, a delimited name or a text without its quotes, a number or a sign as it is."""

    kind: Kind
    value: str
    position: int

    def __str__(self) -> str:
        return "the end of the query" if self.kind is Kind.END else f"{quoted(self.value)} (character {self.position})"


_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<text>'(?:[^']|'')*')
    |(?P<delimited>"(?:[^"]|"")+")
    |(?P<float>(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
    |(?P<integer>[0-9]+)
    |(?P<name>[A-Za-z][A-Za-z0-9_]*)
    |(?P<sign><=|>=|<>|!=|\|\||[-+*/=<>(),.;])""",
    re.VERBOSE,
)


def tokens_of(query: str) -> list[Token]:
    """Return the tokens of a query, without spaces and comments, with an END after them.

    Raises
    ------
    ADQLError
        If the query is too long, or has a character that ADQL has no use for.
    """
    if len(query) > MAX_LENGTH:
        raise ADQLError(f"The query has {len(query):,} characters. At most {MAX_LENGTH:,} are possible.")
    tokens, position = [], 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:
            raise ADQLError(
                f"ADQL has no use for {quoted(query[position])} (character {position + 1}), or its quote is not closed."
            )
        if match.lastgroup != "space":
            tokens.append(_token(match))
        position = match.end()
    return [*tokens, Token(Kind.END, "", len(query) + 1)]


def _token(match: re.Match[str]) -> Token:
    text, position = match[0], match.start() + 1
    match match.lastgroup:
        case "name":
            return Token(Kind.NAME, text.lower(), position)
        case "delimited":
            return Token(Kind.DELIMITED, text[1:-1].replace('""', '"'), position)
        case "text":
            return Token(Kind.TEXT, text[1:-1].replace("''", "'"), position)
        case "integer":
            return Token(Kind.INTEGER, text, position)
        case "float":
            return Token(Kind.FLOAT, text, position)
    return Token(Kind.SIGN, text, position)
