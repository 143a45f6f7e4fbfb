"""Reads every byte of a file once, for its SHA-256 and the sums of its HDUs. Memory is constant."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from common.errors import TransientError
from cubefile.hdu import ALL_ONES, HDU, FileCutShort, folded, sum_of_words

CHUNK_BYTES = 4 * 2**20
"""A multiple of 4, so that no word of a sum lies in two chunks: an HDU begins at a multiple of 2880."""


@dataclass(frozen=True)
class FileSums:
    """The sums over a whole file.

    Attributes
    ----------
    sha256
        SHA-256 in hexadecimal digits.
    wrong_datasums, wrong_checksums
        Names of the HDUs whose data do not agree with DATASUM, and of those whose bytes do not agree with CHECKSUM. A
        CHECKSUM that is wrong by itself is an everyday thing: the header was edited without a new one.
    """

    sha256: str
    wrong_datasums: list[str]
    wrong_checksums: list[str]


def sum_file(descriptor: int, size: int, hdus: Sequence[HDU], on_chunk: Callable[[int], object]) -> FileSums:
    """Read a file from its begin to its end.

    Parameters
    ----------
    descriptor
        The file, open for reading.
    size
        Its size in bytes.
    hdus
        The HDUs whose sums are wanted, in the order of the file.
    on_chunk
        Called with the number of bytes of each chunk that was read.

    Raises
    ------
    FileCutShort
        If the file ends before its size.
    TransientError
        If the storage answers with an error.
    """
    digest = hashlib.sha256()
    sums = [_Sums(name_of(number, hdu), hdu) for number, hdu in enumerate(hdus)]
    open_sums = iter(sums)
    current = next(open_sums, None)
    for offset, chunk in _chunks(descriptor, size):
        digest.update(chunk)
        while current is not None:
            current.add(offset, chunk)
            if current.hdu.end > offset + len(chunk):
                break
            current = next(open_sums, None)
        on_chunk(len(chunk))
    return FileSums(
        digest.hexdigest(),
        [one.name for one in sums if not one.datasum_agrees],
        [one.name for one in sums if not one.checksum_agrees],
    )


def name_of(number: int, hdu: HDU) -> str:
    """Return an HDU's name for people: its EXTNAME, if it has one, and its number, counted from 0."""
    return f"HDU {number} ({hdu.name})" if hdu.name else f"HDU {number}"


@dataclass
class _Sums:
    """The sum over the data of an HDU, padding included, as far as the file was read."""

    name: str
    hdu: HDU
    total: int = field(default=0)

    def add(self, offset: int, chunk: memoryview) -> None:
        first, last = max(self.hdu.data_offset, offset), min(self.hdu.end, offset + len(chunk))
        if first < last:
            self.total += sum_of_words(chunk[first - offset : last - offset])

    @property
    def datasum_agrees(self) -> bool:
        return self.hdu.stated_datasum in (None, folded(self.total))

    @property
    def checksum_agrees(self) -> bool:
        return not self.hdu.checksum or folded(sum_of_words(self.hdu.header_bytes) + self.total) == ALL_ONES


def _chunks(descriptor: int, size: int) -> Iterator[tuple[int, memoryview]]:
    """Yield the parts of a file, each with its offset; all are in the same memory.

    What was read leaves the page cache, which downloads need more, and comes from the disk at the next time.
    """
    buffer = memoryview(bytearray(min(CHUNK_BYTES, size)))
    offset = 0
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    while offset < size:
        chunk = buffer[: min(len(buffer), size - offset)]
        _fill(chunk, descriptor, offset)
        yield offset, chunk
        os.posix_fadvise(descriptor, offset, len(chunk), os.POSIX_FADV_DONTNEED)
        offset += len(chunk)


def _fill(chunk: memoryview, descriptor: int, offset: int) -> None:
    filled = 0
    while filled < len(chunk):
        try:
            count = os.preadv(descriptor, [chunk[filled:]], offset + filled)
        except OSError as error:
            raise TransientError(f"The file cannot be read at byte {offset + filled}: {error.strerror}.") from error
        if not count:
            raise FileCutShort(f"The file ends at byte {offset + filled}.")
        filled += count
