"""Keyword values as text; some writers give the name of a line or of a group as a number."""

from common.errors import PermanentError
from cubefile import Header


def text(header: Header, keyword: str) -> str:
    """Return a value as text without outer blanks; empty if it is missing or undefined."""
    value = header.get(keyword)
    return "" if value is None else str(value).strip()


def required_text(header: Header, keyword: str) -> str:
    """Return a value as text without outer blanks.

    Raises
    ------
    PermanentError
        If it is missing, undefined or blank.
    """
    value = text(header, keyword)
    if not value:
        raise PermanentError(f"The header has no {keyword}, which every cube must have.")
    return value
