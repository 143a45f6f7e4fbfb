"""Makes the table of a cube's keywords, with the values and comments of the header."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from cubefile.header import CARD_SIZE, Header
from cubefile.keywords import JSONValue
from datacubes.models import FITSHeader
from datacubes.models.headers import MAX_SHOWN_CARDS

# Real headers have some 320 cards and values of up to 1,000 characters; one can have 36,000 cards in 2.9 MB.
MAX_VALUES = 400
MAX_CHARACTERS = 2_000  # In a value or a comment.


class KeywordRow(NamedTuple):
    """A keyword as text; `values` has several elements if the header repeats the keyword."""

    name: str
    values: list[str]
    comment: str


@dataclass(frozen=True)
class KeywordTable:
    """The keywords by name.

    Attributes
    ----------
    more
        The number of values that are left out.
    is_cut
        Whether a text was cut because it is too long.
    """

    rows: list[KeywordRow]
    more: int
    is_cut: bool


def keyword_table(keywords: dict[str, JSONValue], header: FITSHeader | None) -> KeywordTable:
    """Return the first `MAX_VALUES` values of `Metadata.keywords`, with the comment of the first card of each keyword.

    Comments come only from the first `MAX_SHOWN_CARDS` cards.
    """
    comments = _comments(header) if header else {}
    rows: list[KeywordRow] = []
    room = MAX_VALUES
    for name, value in sorted(keywords.items()):
        if not room:
            break
        values = list(islice(_as_texts(value), room))
        room -= len(values)
        rows.append(KeywordRow(name, values, comments.get(name, "")))
    return KeywordTable(
        rows=[KeywordRow(row.name, [_cut(value) for value in row.values], _cut(row.comment)) for row in rows],
        more=sum(map(_count, keywords.values())) - (MAX_VALUES - room),
        is_cut=any(len(text) > MAX_CHARACTERS for row in rows for text in (*row.values, row.comment)),
    )


def _as_texts(value: JSONValue) -> Iterator[str]:
    """Yield a value as FITS writes it: T or F for a logical value, empty for an undefined one."""
    if isinstance(value, list):
        for item in value:
            yield from _as_texts(item)
    elif isinstance(value, bool):
        yield "T" if value else "F"
    else:
        yield "" if value is None else str(value)


def _count(value: JSONValue) -> int:
    return sum(map(_count, value)) if isinstance(value, list) else 1


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"


def _comments(header: FITSHeader) -> dict[str, str]:
    comments: dict[str, str] = {}
    for name, comment in Header(header.text[: MAX_SHOWN_CARDS * CARD_SIZE].encode("latin-1")).comments():
        comments.setdefault(name, comment)
    return comments
