"""The header Range (RFC 9110, section 14)."""

import re

_RANGE = re.compile(r"bytes\s*=[\s,]*([0-9]*)-([0-9]*)[\s,]*", re.ASCII | re.IGNORECASE)


class RangeRefused(ValueError):
    """The range is not in the file."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes; the range asked for is beyond its end.")
        self.headers = {"Content-Range": f"bytes */{size}"}


def requested_range(header: str, size: int) -> range | None:
    """Return the places of the bytes that the header Range asks for, in a file of a size.

    None stands for the whole file. It is the answer to a header that is not about bytes or not well formed, and to
    one of several ranges, for which a server may send the whole (RFC 9110, section 14.2).

    Raises
    ------
    RangeRefused
        If the range is beyond the end of the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last = (_number(digits) for digits in match.groups())
    if first is None:
        if last is None:
            return None
        asked = range(max(0, size - last), size)
    elif last is None:
        asked = range(first, size)
    elif last < first:
        return None
    else:
        asked = range(first, min(size, last + 1))
    if not asked:
        raise RangeRefused(size)
    return asked


def _number(digits: str) -> int | None:
    """Read a number of any length; no file has more bytes than 10**20."""
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= 20 else 10**20
