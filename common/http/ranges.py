"""The header Range (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

MAX_RANGES = 20
"""A client that resumes a download, or reads a header and some frames, needs a few; more are refused."""

_SPEC = re.compile(r"([0-9]*)-([0-9]*)")


class RangesRefused(ValueError):
    """None of the ranges is in the file, or they are too many; the message tells which."""


@dataclass(frozen=True)
class ByteRange:
    """Some bytes of a file: from `start` up to, not including, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """Return the header Content-Range, for a file of a size."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def requested_ranges(header: str, size: int) -> list[ByteRange] | None:
    """Read the header Range.

    Parameters
    ----------
    header
        Its value.
    size
        Of the file, in bytes.

    Returns
    -------
    list of ByteRange or None
        Those that are in the file, in the order asked for; None if the header is to be ignored, because it is not
        about bytes or not well formed.

    Raises
    ------
    RangesRefused
        If none is in the file, there are more than MAX_RANGES, or together they are longer than the file.
    """
    unit, equals, list_of_specs = header.partition("=")
    specs = [spec.strip(" \t") for spec in list_of_specs.split(",")]
    specs = [spec for spec in specs if spec]
    if not equals or unit.strip().lower() != "bytes" or not specs:
        return None
    if len(specs) > MAX_RANGES:
        raise RangesRefused(f"{len(specs)} ranges are asked for; at most {MAX_RANGES} are sent at once.")
    ranges = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None:
            return None
        first, last = (_number(digits) for digits in match.groups())
        if first is not None:
            if last is not None and last < first:
                return None
            ranges.append(ByteRange(first, size if last is None else min(size, last + 1)))
        elif last is not None:
            ranges.append(ByteRange(max(0, size - last), size))
        else:
            return None
    ranges = [asked for asked in ranges if asked.length > 0]
    if not ranges:
        raise RangesRefused(f"The file has {size} bytes; none of the ranges asked for is in it.")
    if sum(asked.length for asked in ranges) > size:
        raise RangesRefused("The ranges overlap: together they are longer than the file.")
    return ranges


def _number(digits: str) -> int | None:
    """Read a number of any length; no file has more bytes than 10**20."""
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= 20 else 10**20
