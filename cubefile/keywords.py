"""Converts the keywords of a FITS header to JSON values."""

from collections.abc import Mapping

from cubefile.header import CardValue, Header

JSONValue = CardValue | list[CardValue]

_COMMENTARY = ("COMMENT", "HISTORY")


def keywords_as_json(header: Header) -> dict[str, JSONValue]:
    """Return every keyword of a header with its value.

    - Types are kept. An undefined value, NaN and infinities become None.
    - A repeated keyword becomes a list of its values; COMMENT and HISTORY become text with a line for each card.
    - Record-valued cards are named as astropy names them (``DW3.AXIS.1``).
    - A complex number becomes a list of its two parts.
    - An unreadable value becomes the text of its field.
    """
    values: dict[str, list[CardValue]] = {}
    for keyword, value in header.items():
        values.setdefault(keyword, []).append(value)
    return {keyword: _together(keyword, all_values) for keyword, all_values in values.items()}


def _together(keyword: str, values: list[CardValue]) -> JSONValue:
    if keyword in _COMMENTARY:
        return "\n".join(map(str, values))
    return values[0] if len(values) == 1 else values


def first_values(keywords: Mapping[str, JSONValue]) -> dict[str, CardValue]:
    """Return the first value of each keyword of `keywords_as_json`, as `Header.get` returns it."""
    return {keyword: value[0] if isinstance(value, list) else value for keyword, value in keywords.items()}
