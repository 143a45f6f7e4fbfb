"""Reads the cards of a header in a time that grows linearly with its bytes, however hostile these are.

A card means what it means to astropy; the tests compare the two. Reasons not to read untrusted files with astropy:

- Its time grows with the square of a text's length: a header of some megabytes would hold up a worker for hours.
- It rejects the cards of real files that break the standard, such as ``NaN`` or letters beyond ASCII.
- It takes ten times as long.

Sources: FITS standard 4.0, sections 4.1 and 4.2 (keywords and values) and 4.2.1.2 (``CONTINUE``); the conventions for
``HIERARCH`` keywords and for record-valued cards (paper IV of the World Coordinate System), as astropy knows them.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

CARD_SIZE = 80

CardValue = str | int | float | bool | None | list[float | None]
"""A keyword's value. Undefined values, NaN and infinities are None; a complex number is a list of its two parts."""

_END_CARD = re.compile(r"END *+(?![A-Z0-9_-])")
"""The part of an END card that is compared; the rest of the card should be blank and has no meaning."""

_COMMENTARY = ("COMMENT", "HISTORY", "")
_FIXED_INTEGER = re.compile(r"(?!COMMENT |HISTORY | {8}).{8}= (?= *+\d++ / )([ \d]{20}) / ", re.DOTALL | re.ASCII)
# All repetitions are possessive; otherwise a hostile card makes them backtrack through tens of thousands of divisions.
_NUMBER = r"[+-]? *+(?:\d++(?:\.\d*+)?+|\.\d++)(?: *+[DEde] *+[+-]? *+\d++)?+"
_TEXT = r"'(?P<text>(?:[^']++|'')*+)'"
_END_OF_FIELD = r" *+(?:/.*+)?+[\r\n]*+"  # Blanks and a comment; some writers end cards with a line break.
_VALUE = re.compile(
    rf" *+(?:{_TEXT}|(?P<number>{_NUMBER})|(?P<logical>[TF])"
    rf"|\( *+(?P<real>{_NUMBER}) *+, *+(?P<imaginary>{_NUMBER}) *+\)"
    rf"|(?P<nothing>|[+-]?(?i:nan|inf|infinity))){_END_OF_FIELD}",
    re.DOTALL | re.ASCII,
)
_CONTINUED = re.compile(rf"CONTINUE *+{_TEXT}{_END_OF_FIELD}", re.DOTALL)
_NAME = r"[A-Za-z_]\w*+(?:\.\d++)?+"
_RECORD = re.compile(
    rf" *+'(?P<name>{_NAME}(?:\.{_NAME})*+): ++"
    rf"(?P<number>[+-]?(?:\d++(?:\.\d*+)?+|\.\d++)(?:[DE][+-]?\d++)?+)'{_END_OF_FIELD}",
    re.DOTALL | re.ASCII,
)


class _Card(NamedTuple):
    """A keyword with its value field, or its text if it is a commentary keyword, and the CONTINUE cards behind it."""

    keyword: str
    field: str
    continued: str
    is_commentary: bool


class Header:
    """The cards of a header up to its END, or all of them if it has none.

    Parameters
    ----------
    header_bytes
        Whole cards of 80 bytes; bytes beyond ASCII are read as Latin-1.
    """

    def __init__(self, header_bytes: bytes) -> None:
        text = self._text = header_bytes.decode("latin-1").replace("\0", " ")
        self._end = find_end(text)
        # Backwards, so that the first card of each keyword is the one that stays.
        last = (self._end - 1) // CARD_SIZE * CARD_SIZE
        self._first = {text[start : start + 8].upper(): start for start in range(last, -1, -CARD_SIZE)}

    def __getitem__(self, keyword: str) -> CardValue:
        return self._value_at(self._first[keyword.ljust(8)])

    def get(self, keyword: str) -> CardValue:
        """Return the value of the first card of `keyword`; None if it is missing or undefined."""
        key = keyword.ljust(8)
        return self._value_at(self._first[key]) if key in self._first else None

    def items(self) -> Iterator[tuple[str, CardValue]]:
        """Return all keywords with their values, card by card; a record-valued card is named as ``DW3.AXIS.1``."""
        for name, card, record in self._named_cards():
            yield name, _float(record["number"]) if record else _value(card)

    def comments(self) -> Iterator[tuple[str, str]]:
        """Return all keywords, named as in `items`, with their comments; those of CONTINUE cards are joined."""
        for name, card, _ in self._named_cards():
            yield name, _comment(card)

    def _named_cards(self) -> Iterator[tuple[str, _Card, re.Match[str] | None]]:
        """Yield the name in `items`, the card, and the parts of a record-valued card, for each card with a keyword."""
        start = 0
        while start < self._end:
            card = self._card_at(start)
            start += CARD_SIZE + len(card.continued)
            record = _RECORD.fullmatch(card.field) if ": " in card.field and not card.is_commentary else None
            if record:
                yield f"{card.keyword}.{record['name']}", card, record
            elif card.keyword:
                yield card.keyword, card, None

    def _value_at(self, start: int) -> CardValue:
        # Most questions are about integers in fixed format (section 4.2.3), which this answers four times as fast.
        fixed = _FIXED_INTEGER.match(self._text, start)
        return int(fixed[1]) if fixed else _value(self._card_at(start))

    def _card_at(self, start: int) -> _Card:
        end = start + CARD_SIZE
        while self._text.startswith("CONTINUE", end):
            end += CARD_SIZE
        return _card(self._text[start : start + CARD_SIZE], self._text[start + CARD_SIZE : end])


def find_end(text: str) -> int:
    """Return the start of the first END card; the length of a text without an END card."""
    place = text.find("END")
    while place >= 0:
        if place % CARD_SIZE == 0 and _END_CARD.match(text, place, place + CARD_SIZE):
            return place
        place = text.find("END", place + 1)
    return len(text)


def _card(image: str, continued: str) -> _Card:
    keyword = image[:8].rstrip()
    if image.startswith("= ", 8) and keyword not in _COMMENTARY:
        return _Card(keyword.upper(), image[10:], continued, False)
    if image.startswith("HIERARCH ") and "= " in image:
        keyword, _, field = image[9:].partition("= ")
        return _Card(keyword.strip(), field, continued, False)
    # The value indicator belongs in columns 9 and 10; an earlier one is accepted too.
    earlier, indicator, field = image[:9].partition("= ")
    if indicator and keyword not in _COMMENTARY:
        return _Card(earlier.strip().upper(), field + image[9:], continued, False)
    return _Card(keyword.upper(), image[8:], continued, True)


def _value(card: _Card) -> CardValue:
    if card.is_commentary:
        return card.field.rstrip()
    match = _VALUE.fullmatch(card.field)
    if match is None:
        unreadable = card.field.strip()
        return unreadable if unreadable.startswith("'") else unreadable.partition("/")[0].rstrip()
    match match.lastgroup:
        case "text":
            return _text(match["text"], card.continued)
        case "number":
            digits = match["number"].replace(" ", "")
            return int(digits) if digits.lstrip("+-").isdigit() else _float(digits)
        case "logical":
            return match["logical"] == "T"
        case "imaginary":
            return [_float(match["real"]), _float(match["imaginary"])]
        case _:
            return None


def _text(text: str, continued: str) -> str:
    parts = [text, *(match["text"] for match in _continuations(continued))]
    if len(parts) > 1:
        parts = [part.rstrip().removesuffix("&") for part in parts]
    return "".join(parts).replace("''", "'").rstrip()


def _comment(card: _Card) -> str:
    if card.is_commentary:
        return ""
    match = _VALUE.fullmatch(card.field)
    if match is None:
        return card.field.partition("/")[2].strip()
    parts = [_after(match, match.lastgroup or "nothing")]
    if match.lastgroup == "text":
        parts += [_after(part, "text") for part in _continuations(card.continued)]
    return " ".join(filter(None, parts))


def _after(match: re.Match[str], value: str) -> str:
    """Return the comment behind a value, without the quote or bracket, blanks and slash between the two."""
    return match.string[match.end(value) : match.end()].partition("/")[2].strip()


def _continuations(continued: str) -> Iterator[re.Match[str]]:
    """Return the text of each CONTINUE card, up to the first that breaks the standard."""
    for start in range(0, len(continued), CARD_SIZE):
        match = _CONTINUED.fullmatch(continued, start, start + CARD_SIZE)
        if match is None:
            return
        yield match


def _float(digits: str) -> float | None:
    value = float(digits.replace(" ", "").upper().replace("D", "E"))
    return value if math.isfinite(value) else None
