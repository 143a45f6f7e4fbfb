"""The keywords of a FITS header as values of JSON."""

import math
from collections.abc import Iterator

from astropy.io import fits
from astropy.io.fits.card import Undefined
from astropy.io.fits.verify import VerifyError

_TEXT_KEYWORDS = ("COMMENT", "HISTORY")

JSONValue = str | int | float | bool | None | list


def keywords_as_json(header: fits.Header) -> dict[str, JSONValue]:
    """Return every keyword of a header with its value.

    Types are kept; an undefined value, NaN and infinities are None; a repeated keyword is a list of its values;
    COMMENT and HISTORY are text with a line for each card; record-valued cards have the names that astropy gives them
    (``DW3.AXIS.1``); a complex number is the list of its parts; a value that cannot be read is the text in its place.
    """
    values: dict[str, list[JSONValue]] = {}
    for keyword, value in _cards(header):
        values.setdefault(keyword, []).append(value)
    return {
        keyword: "\n".join(map(str, all_values))
        if keyword in _TEXT_KEYWORDS
        else (all_values[0] if len(all_values) == 1 else all_values)
        for keyword, all_values in values.items()
    }


def keyword_value(header: fits.Header, keyword: str) -> JSONValue:
    """Return the value of the first card of `keyword` as `keywords_as_json` would, or None where there is none."""
    return _value(header.cards[keyword]) if keyword in header else None


def _cards(header: fits.Header) -> Iterator[tuple[str, JSONValue]]:
    for card in header.cards:
        if card.keyword:
            yield card.keyword, _value(card)


def _value(card: fits.Card) -> JSONValue:
    try:
        value = card.value
    except VerifyError:
        return _unreadable_value(card)
    if isinstance(value, Undefined):
        return None
    if isinstance(value, complex):
        return [_finite(value.real), _finite(value.imag)]
    if isinstance(value, float):
        return _finite(value)
    return value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _unreadable_value(card: fits.Card) -> str | None:
    """NaN and infinities are not values of the FITS standard, so that astropy reads their cards as damaged."""
    text = card.image[10:].partition("/")[0].strip()
    try:
        float(text)
    except ValueError:
        return text
    return None
