"""One HDU of a file: its header's bytes and where its data lies, without the data."""

import math
import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from astropy.io import fits
from astropy.io.fits.verify import VerifyError

from datacubes.errors import PermanentError, TransientError

BLOCK_SIZE = 2880  # FITS standard 4.0, section 3.1
CARD_SIZE = 80
MAX_HEADER_BLOCKS = 1000  # 36,000 cards; real headers have some 320
_END_CARD = b"END".ljust(CARD_SIZE)
_BITPIX = (8, 16, 32, 64, -32, -64)


class FileCutShort(PermanentError):
    """The file ends before what its headers promise."""


@dataclass(frozen=True)
class HDU:
    """A header and data unit.

    Attributes
    ----------
    header_bytes
        The header as it is in the file, with its END card and padding.
    data_offset, data_size
        Where the data lies in the file and how many bytes it has, without padding.
    shape
        The lengths of the axes in numpy's order (the reverse of NAXIS1, NAXIS2, …); empty where there is no data.
    name
        EXTNAME, or an empty string.
    checksum, datasum
        CHECKSUM and DATASUM as text, or None where the header has none.
    """

    header_bytes: bytes
    data_offset: int
    data_size: int
    shape: tuple[int, ...]
    name: str
    checksum: str | None
    datasum: str | None

    @property
    def end(self) -> int:
        """Where the next HDU would begin."""
        return self.data_offset + _padded(self.data_size)

    @cached_property
    def header(self) -> fits.Header:
        """The header as astropy reads it."""
        return fits.Header.fromstring(self.header_bytes)


def read_hdu(descriptor: int, offset: int) -> HDU:
    """Read the header that begins at `offset`, block by block up to its END card, and nothing else.

    Raises
    ------
    FileCutShort
        If the file ends within the header.
    PermanentError
        If there is no END within the bound, or a keyword that tells the size of the data is missing or wrong.
    """
    header_bytes = _read_header_bytes(descriptor, offset)
    keywords = _structural_keywords(header_bytes)
    bitpix = _integer(keywords, "BITPIX")
    if bitpix not in _BITPIX:
        raise PermanentError(f"BITPIX is {bitpix}; it must be one of {', '.join(map(str, _BITPIX))}.")
    naxis = _integer(keywords, "NAXIS")
    if not 0 <= naxis <= 999:
        raise PermanentError(f"NAXIS is {naxis}; it must be from 0 to 999.")
    axes = [_integer(keywords, f"NAXIS{n}") for n in range(1, naxis + 1)]
    pcount = _integer(keywords, "PCOUNT", default=0)
    gcount = _integer(keywords, "GCOUNT", default=1)
    for name, value in [*((f"NAXIS{n}", axis) for n, axis in enumerate(axes, 1)), ("PCOUNT", pcount)]:
        if value < 0:
            raise PermanentError(f"{name} is {value}; it cannot be negative.")
    if gcount != 1:
        raise PermanentError(f"GCOUNT is {gcount}; random groups are not supported.")
    data_size = abs(bitpix) // 8 * (pcount + math.prod(axes)) if axes else 0
    return HDU(
        header_bytes=header_bytes,
        data_offset=offset + len(header_bytes),
        data_size=data_size,
        shape=tuple(reversed(axes)) if data_size else (),
        name=str(keywords.get("EXTNAME", "")).strip(),
        checksum=_text(keywords, "CHECKSUM"),
        datasum=_text(keywords, "DATASUM"),
    )


def read_bytes(descriptor: int, offset: int, size: int) -> bytes:
    """Read exactly `size` bytes at `offset`.

    Raises
    ------
    FileCutShort
        If the file ends before.
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
            raise FileCutShort(f"The file ends at byte {offset}; at least {size} more bytes are missing.")
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return b"".join(parts)


def checksum_agrees(hdu: HDU) -> bool:
    """Tell from the header alone whether CHECKSUM agrees with the header and DATASUM.

    The 32-bit ones'-complement sum of a whole HDU with a valid CHECKSUM is all ones, and DATASUM is that sum over
    the data (FITS standard 4.0, section 4.4.2.7 and appendix J). So the sum over the header plus DATASUM tells
    whether a header was edited without a new CHECKSUM, without reading the data.
    """
    if hdu.datasum is None or not hdu.datasum.isascii() or not hdu.datasum.isdigit() or len(hdu.datasum) > 10:
        return False
    total = int(np.frombuffer(hdu.header_bytes, dtype=">u4").sum(dtype=np.uint64)) + int(hdu.datasum)
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total == 0xFFFFFFFF


def _padded(size: int) -> int:
    return -(-size // BLOCK_SIZE) * BLOCK_SIZE


def _read_header_bytes(descriptor: int, offset: int) -> bytes:
    blocks: list[bytes] = []
    for number in range(MAX_HEADER_BLOCKS):
        try:
            block = read_bytes(descriptor, offset + number * BLOCK_SIZE, BLOCK_SIZE)
        except FileCutShort as error:
            raise FileCutShort(f"The header has no END card. {error}") from None
        if number == 0 and not block.startswith((b"SIMPLE  =", b"XTENSION=")):
            raise PermanentError(
                f"Byte {offset} is not the start of an HDU: this is not a FITS file, or it is damaged."
            )
        if b"\0" in block:
            raise PermanentError(
                f"The header holds a NUL byte near byte {offset + number * BLOCK_SIZE + block.index(0)}; "
                "FITS headers are text."
            )
        blocks.append(block)
        if any(block.startswith(_END_CARD, start) for start in range(0, BLOCK_SIZE, CARD_SIZE)):
            return b"".join(blocks)
    raise PermanentError(f"The header has no END card within {MAX_HEADER_BLOCKS * BLOCK_SIZE} bytes.")


def _structural_keywords(header_bytes: bytes) -> dict[str, object]:
    """Parse only the cards that tell the structure: a file has some thirty extensions, each with a hundred cards."""
    wanted: dict[str, object] = {}
    for start in range(0, len(header_bytes), CARD_SIZE):
        keyword = header_bytes[start : start + 8]
        if keyword.startswith((b"NAXIS", b"BITPIX", b"PCOUNT", b"GCOUNT", b"EXTNAME", b"CHECKSUM", b"DATASUM")):
            card = fits.Card.fromstring(header_bytes[start : start + CARD_SIZE])
            try:
                wanted.setdefault(card.keyword, card.value)
            except VerifyError:
                raise PermanentError(f"The card of {keyword.decode('latin-1').strip()} cannot be read.") from None
    return wanted


def _integer(keywords: dict[str, object], name: str, default: int | None = None) -> int:
    value = keywords.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PermanentError(f"{name} is missing." if value is None else f"{name} is “{value}”, not an integer.")
    return value


def _text(keywords: dict[str, object], name: str) -> str | None:
    value = keywords.get(name)
    return value if isinstance(value, str) and value.strip("0 ") else None
