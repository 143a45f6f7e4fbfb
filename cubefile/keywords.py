"""The keywords of a FITS header as values of JSON."""

from collections.abc import Mapping

from cubefile import CardValue, Header

JSONValue = CardValue | list[CardValue]

_COMMENTARY = ("COMMENT", "HISTORY")


def keywords_as_json(header: Header) -> dict[str, JSONValue]:
    """Return every keyword of a header with its value.

    Types are kept; an undefined value, NaN and infinities are None; a repeated keyword is a list of its values;
    COMMENT and HISTORY are text with a line for each card; record-valued cards have the names that astropy gives them
    (``DW3.AXIS.1``); a complex number is the list of its parts; a value that cannot be read is the text in its place.
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
    """Return the first value of each keyword, as `Header.get` does, from the values of `keywords_as_json`."""
    return {keyword: value[0] if isinstance(value, list) else value for keyword, value in keywords.items()}
