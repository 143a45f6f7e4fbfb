"""Checks values as the SVO does, and changes them as it does."""

import math
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from devtools.svo.keywords import BOOLEAN, INTEGER, REAL, TEXT, TIME

_FORBIDDEN_IN_PATHS = {
    "\\": "backslash",
    ":": "colon",
    "*": "asterisk",
    "?": "question mark",
    '"': "double quote",
    "'": "single quote",
    "<": "less than",
    ">": "greater than",
    "|": "pipe",
    "\r": "carriage return",
    "\n": "line feed",
    "\0": "null character",
}
MAX_TAG_LENGTH = 30
MAX_URL_LENGTH = 2000

_is_url = URLValidator()
_RESERVED_BY_WINDOWS = {"CON", "PRN", "AUX", "NUL"} | {f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10)}


class Invalid(Exception):
    """A value is refused; the message is the server's."""


def clean_value(keyword_type: str, value: Any) -> Any:
    """Return a keyword's value as a later GET shows it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid("Enter a number." if keyword_type != TEXT else "NaN and infinities cannot be stored.")
    if value is None or value == "":
        return "" if keyword_type == TEXT else None
    return _CLEANERS.get(keyword_type, _clean_text)(value)


def shown_time(stored: str | None) -> str | None:
    """Return a stored time as the API shows it: truncated to milliseconds."""
    return stored and f"{stored[:-4]}Z"


def clean_tag(value: Any) -> str:
    """Check the name of a tag."""
    name = str(value).strip()
    if len(name) > MAX_TAG_LENGTH:
        raise Invalid(f"Ensure this value has at most {MAX_TAG_LENGTH} characters (it has {len(name)}).")
    return name


def empty_value(keyword_type: str) -> Any:
    """Return the value of a field that was never set."""
    return "" if keyword_type == TEXT else None


def parse_time(value: Any) -> datetime:
    """Return an ISO 8601 time; without a zone, it is in UTC."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("Enter a valid date/time.") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _clean_text(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise Invalid("Enter a text.")
    return str(value).strip()


def _clean_real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid("Enter a number.")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Invalid("Enter a number.") from None
    if not math.isfinite(number):
        raise Invalid("Enter a number.")
    return number


def _clean_integer(value: Any) -> int:
    number = _clean_real(value)
    if not number.is_integer():
        raise Invalid("Enter a whole number.")
    exact = value if isinstance(value, int) else int(number)
    if not -(2**63) <= exact < 2**63:
        raise Invalid("Ensure this value has at most 64 bits.")
    return exact


def _clean_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("Enter true or false.")
    return value


def _clean_time(value: Any) -> str:
    return parse_time(value).isoformat(timespec="microseconds").replace("+00:00", "Z")


_CLEANERS = {
    TEXT: _clean_text,
    REAL: _clean_real,
    INTEGER: _clean_integer,
    BOOLEAN: _clean_boolean,
    TIME: _clean_time,
}


def clean_file_path(value: Any) -> str:
    """Check the relative path of a data location."""
    value = _required_text(value)
    if value.endswith("/"):
        raise Invalid("file path cannot end with a /")
    if value.startswith("/") or value[1:2] == ":":
        raise Invalid("file path must be a relative path")
    for character, name in _FORBIDDEN_IN_PATHS.items():
        if character in value:
            raise Invalid(f"{name} is a discouraged character in file paths")
    if any(part.partition(".")[0].rstrip(" ").upper() in _RESERVED_BY_WINDOWS for part in value.split("/")):
        raise Invalid(f"{value} is a reserved file path")
    return value


def clean_url(value: Any) -> str:
    """Check the URL of a file or a thumbnail."""
    value = _required_text(value)
    try:
        _is_url(value)
    except ValidationError:
        raise Invalid("Enter a valid URL.") from None
    if len(value) > MAX_URL_LENGTH:
        raise Invalid(f"Ensure this value has at most {MAX_URL_LENGTH} characters (it has {len(value)}).")
    return value


def _required_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid("This field is required.")
    return value.strip()


def clean_file_size(value: Any) -> int:
    """Check the size of a file, which may be text, as the server itself returns it."""
    size = _clean_integer(value)
    if size < 0:
        raise Invalid("Ensure this value is greater than or equal to 0.")
    return size


def clean_offline(value: Any) -> bool:
    """Check the flag of an offline file."""
    return _clean_boolean(value)
