"""Reads keyword values as text and as numbers."""

from typing import Protocol, TypeGuard

from common.errors import PermanentError
from cubefile.header import CardValue

_LARGEST = 1e30  # Computations with larger numbers overflow.


class Keywords(Protocol):
    """A header, or the keywords of a header that the database stores."""

    def get(self, keyword: str, /) -> CardValue:
        """Return the first value of a keyword, or None if it is missing or undefined."""


def text(header: Keywords, keyword: str) -> str:
    """Return a value as text without outer blanks; empty if it is missing or undefined.

    A number becomes text too, because some writers give the name of a line or of a group as a number.
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
    """Return whether a value is a number. A logical value is not a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(header: Keywords, keyword: str) -> float | None:
    """Return a value as a float; None if it is missing, is not a number, or is 1e30 or larger in size."""
    value = header.get(keyword)
    return float(value) if is_number(value) and abs(value) < _LARGEST else None
