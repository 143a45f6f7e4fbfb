"""The formats of results, by the names and media types that TAP clients ask for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vo.adql import OutputColumn


class ResultRows(Protocol):
    """The rows of a result; `overflow` tells at their end whether the query has more."""

    overflow: bool

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


Writer = Callable[[Sequence[OutputColumn], ResultRows, str], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """A format of results: its media type, the other names of it, the ending of files, and what writes it."""

    media_type: str
    aliases: tuple[str, ...]
    suffix: str
    write: Writer


def _votable(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    from vo.formats.votable import write_tabledata  # Imports astropy, as the next two do: other requests need it not.

    return write_tabledata(columns, rows, query)


def _votable_binary2(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    from vo.formats.votable import write_binary2

    return write_binary2(columns, rows, query)


def _fits(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    from vo.formats.fits import write_fits

    return write_fits(columns, rows)


def _csv(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    from vo.formats.text import write_text

    return write_text(columns, rows, ",")


def _tsv(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    from vo.formats.text import write_text

    return write_text(columns, rows, "\t")


_VOTABLE = "application/x-votable+xml"
VOTABLE = Format(
    _VOTABLE, ("votable", "votable/td", "text/xml", f"{_VOTABLE};serialization=tabledata"), "vot", _votable
)
FORMATS: tuple[Format, ...] = (
    VOTABLE,
    Format(f"{_VOTABLE};serialization=binary2", ("votable/b2", "votable/binary2"), "vot", _votable_binary2),
    Format("text/csv;header=present", ("csv", "text/csv"), "csv", _csv),
    Format("text/tab-separated-values", ("tsv",), "tsv", _tsv),
    Format("application/fits", ("fits",), "fits", _fits),
)


def format_named(name: str) -> Format | None:
    """Return a format by its media type or another of its names; None if no format has it."""
    wanted = name.replace(" ", "").lower()
    return next((one for one in FORMATS if wanted in (one.media_type, *one.aliases)), None)


def in_batches(blocks: Iterable[bytes], size: int = 2**16) -> Iterator[bytes]:
    """Put small blocks together."""
    waiting: list[bytes] = []
    length = 0
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length >= size:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)
