"""Reads the header of one HDU and locates its data, without reading the data."""

import math
import os
import re
from dataclasses import dataclass

import numpy as np

from common.errors import PermanentError, TransientError, quoted
from cubefile.card_values import is_number
from cubefile.header import Header, find_end
from cubefile.written_header import BLOCK_SIZE

MAX_HEADER_BLOCKS = 1000  # 36,000 cards; real headers have some 320
MAX_FILE_BYTES = 2**63 - 1  # The largest offset of file systems, and the largest integer of databases.
MAX_CHECKSUM_LENGTH = 68  # The most that a card can hold; a valid CHECKSUM has 16 characters.
HDU_STARTS = (b"SIMPLE  =", b"XTENSION=")

ALL_ONES = 0xFFFFFFFF
"""The ones'-complement sum over all bytes of an HDU with a valid CHECKSUM."""

_BITPIX = (8, 16, 32, 64, -32, -64)


class FileCutShort(PermanentError):
    """The file is shorter than its headers say."""


@dataclass(frozen=True)
class HDU:
    """A header and data unit.

    Attributes
    ----------
    header_bytes
        The header as it is in the file, with its END card and padding.
    header
        The cards of the header.
    bitpix
        BITPIX: the number of bits of a value; negative for floating-point numbers.
    data_offset, data_size
        The data's offset in the file and its size, in bytes, without padding.
    shape
        The lengths of the axes in numpy's order (the reverse of NAXIS1, NAXIS2, …); empty if the HDU has no data.
    name
        EXTNAME, or an empty string.
    """

    header_bytes: bytes
    header: Header
    bitpix: int
    data_offset: int
    data_size: int
    shape: tuple[int, ...]
    name: str

    @property
    def end(self) -> int:
        """The offset behind this HDU's padding, where the next HDU begins."""
        return self.data_offset + _padded(self.data_size)

    @property
    def checksum(self) -> str | None:
        """CHECKSUM; None if it is missing, or all zeros, which means not computed."""
        checksum = (_text(self.header, "CHECKSUM") or "")[:MAX_CHECKSUM_LENGTH]
        return checksum if checksum.strip("0") else None

    @property
    def datasum(self) -> str | None:
        """DATASUM; None if it is missing."""
        datasum = self.header.get("DATASUM")
        # CFITSIO writes blanks before the digits; some writers store a number instead of text.
        return str(datasum).strip() if isinstance(datasum, str) or is_number(datasum) else None

    @property
    def stated_datasum(self) -> int | None:
        """The number that DATASUM states; None if it is missing or not a number."""
        return int(self.datasum) if self.datasum and re.fullmatch("[0-9]{1,10}", self.datasum) else None


def read_hdu(descriptor: int, offset: int) -> HDU:
    """Read the header at `offset`, block by block up to its END card, and no data.

    Raises
    ------
    FileCutShort
        If the file ends within the header.
    PermanentError
        If no END card comes within `MAX_HEADER_BLOCKS`, or a keyword that gives the data's size is missing or wrong.
    TransientError
        If the storage answers with an error.
    """
    header_bytes = _read_header_bytes(descriptor, offset)
    header = Header(header_bytes)
    bitpix, axes = read_axes(header)
    pcount = integer(header, "PCOUNT", default=0)
    gcount = integer(header, "GCOUNT", default=1)
    if pcount < 0:
        raise PermanentError(f"PCOUNT is {pcount}; it cannot be negative.")
    if gcount != 1:
        raise PermanentError(f"GCOUNT is {gcount}; random groups are not supported.")
    data_size = abs(bitpix) // 8 * (pcount + math.prod(axes)) if axes else 0
    if data_size > MAX_FILE_BYTES:
        raise PermanentError(f"NAXIS1 to NAXIS{len(axes)} and PCOUNT need more bytes than a file can have.")
    return HDU(
        header_bytes=header_bytes,
        header=header,
        bitpix=bitpix,
        data_offset=offset + len(header_bytes),
        data_size=data_size,
        shape=tuple(reversed(axes)) if data_size else (),
        name=(_text(header, "EXTNAME") or "").strip(),
    )


def read_axes(header: Header, prefix: str = "") -> tuple[int, list[int]]:
    """Return BITPIX and the lengths of the axes, NAXIS1 first.

    Parameters
    ----------
    header
        The HDU's header.
    prefix
        The start of the keywords: “Z” for a compressed image in a table, otherwise empty.

    Raises
    ------
    PermanentError
        If one of them is missing or wrong.
    """
    bitpix = integer(header, f"{prefix}BITPIX")
    if bitpix not in _BITPIX:
        raise PermanentError(f"{prefix}BITPIX is {bitpix}; it must be one of {', '.join(map(str, _BITPIX))}.")
    naxis = integer(header, f"{prefix}NAXIS")
    if not 0 <= naxis <= 999:
        raise PermanentError(f"{prefix}NAXIS is {naxis}; it must be from 0 to 999.")
    axes = [integer(header, f"{prefix}NAXIS{n}") for n in range(1, naxis + 1)]
    for n, axis in enumerate(axes, 1):
        if axis < 0:
            raise PermanentError(f"{prefix}NAXIS{n} is {axis}; it cannot be negative.")
    return bitpix, axes


def integer(header: Header, name: str, default: int | None = None) -> int:
    """Return the integer value of a keyword, or the default if it is missing.

    Raises
    ------
    PermanentError
        If it is missing and there is no default, or if it is not an integer.
    """
    value = header.get(name)
    if value is None:
        value = default
    if isinstance(value, bool) or not isinstance(value, int):
        raise PermanentError(f"{name} is missing." if value is None else f"{name} is {quoted(value)}, not an integer.")
    return value


def read_bytes(descriptor: int, offset: int, size: int) -> bytes:
    """Read exactly `size` bytes at `offset`.

    Raises
    ------
    FileCutShort
        If the file ends before that.
    TransientError
        If the storage answers with an error.
    """
    parts = []
    while size:
        try:
            part = os.pread(descriptor, size, offset)
        except OSError as error:
            raise TransientError(f"The file cannot be read at byte {offset}: {error.strerror}.") from error
        if not part:
            raise FileCutShort(f"The file is cut short: at least {size} bytes are missing at byte {offset}.")
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return b"".join(parts)


def checksum_agrees(hdu: HDU) -> bool:
    """Return whether CHECKSUM agrees with the header and DATASUM, without reading the data.

    In an HDU with a valid CHECKSUM, the 32-bit ones'-complement sum over all bytes is all ones. DATASUM is that sum
    over the data (FITS standard 4.0, section 4.4.2.7 and appendix J). So the sum over the header plus DATASUM must be
    all ones, unless the header was edited without a new CHECKSUM.
    """
    stated = hdu.stated_datasum
    return stated is not None and folded(sum_of_words(hdu.header_bytes) + stated) == ALL_ONES


def datasum_agrees(hdu: HDU, data: bytes) -> bool:
    """Return whether DATASUM is the sum over the data of the HDU; True without a valid DATASUM."""
    return hdu.stated_datasum in (None, folded(sum_of_words(data)))


def sum_of_words(data: bytes | memoryview) -> int:
    """Return the sum of the 32-bit words of some bytes, the last one filled with zeros; fold it in the end."""
    whole = len(data) // 4 * 4
    rest = int.from_bytes(bytes(data[whole:]).ljust(4, b"\0"), "big")
    return int(np.frombuffer(data[:whole], dtype=">u4").sum(dtype=np.uint64)) + rest


def folded(total: int) -> int:
    """Return a sum of 32-bit words as a ones'-complement sum: each carry is added at the other end."""
    while total >> 32:
        total = (total & ALL_ONES) + (total >> 32)
    return total


def _padded(size: int) -> int:
    return -(-size // BLOCK_SIZE) * BLOCK_SIZE


def _read_header_bytes(descriptor: int, offset: int) -> bytes:
    blocks: list[bytes] = []
    for number in range(MAX_HEADER_BLOCKS):
        block_offset = offset + number * BLOCK_SIZE
        try:
            block = read_bytes(descriptor, block_offset, BLOCK_SIZE)
        except FileCutShort as error:
            raise FileCutShort(f"{str(error).removesuffix('.')}, before the END card of a header.") from None
        blocks.append(block)
        # Some writers fill the last block with NUL bytes instead of blanks.
        end = find_end(block.decode("latin-1").replace("\0", " "))
        nul = block.find(b"\0", 0, end)
        if nul >= 0:
            raise PermanentError(
                f"There is a NUL byte at byte {block_offset + nul}, within a header. FITS headers are text, and there "
                "is no END card before the data."
            )
        if end < BLOCK_SIZE:
            return b"".join(blocks)
    raise PermanentError(f"The header has no END card within {MAX_HEADER_BLOCKS * BLOCK_SIZE} bytes.")


def _text(header: Header, name: str) -> str | None:
    value = header.get(name)
    return value if isinstance(value, str) else None
