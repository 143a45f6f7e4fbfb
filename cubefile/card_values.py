"""Keyword values as text and as numbers."""

from typing import Protocol, TypeGuard

from common.errors import PermanentError
from cubefile import CardValue

_LARGEST = 1e30  # Computations with larger numbers overflow.


class Keywords(Protocol):
    """A header, or its keywords as they were stored."""

    def get(self, keyword: str, /) -> CardValue:
        """Return the first value of a keyword, or None if it is missing or undefined."""


def text(header: Keywords, keyword: str) -> str:
    """Return a value as text without outer blanks; empty if it is missing or undefined.

    Some writers give the name of a line or of a group as a number.
    """
    value = header.get(keyword)
    return "" if value is None else str(value).strip()


def required_text(header: Keywords, keyword: str) -> str:
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


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number; logical values are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(header: Keywords, keyword: str) -> float | None:
    """Return a value that is a number, or None; so is one that is larger than anything that is measured."""
    value = header.get(keyword)
    return float(value) if is_number(value) and abs(value) < _LARGEST else None
