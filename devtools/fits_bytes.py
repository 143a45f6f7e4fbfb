"""Handles FITS headers as bytes: blocks, checksums, and changes of single cards that keep every other byte."""

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from astropy.io import fits

BLOCK = 2880
CARD = 80

_CHECKSUM_CARD = b"CHECKSUM= '"

# Any HDU gives access to astropy's checksum arithmetic, which works on bytes without data in memory.
_arithmetic = fits.PrimaryHDU()


def header_bytes(header: fits.Header, extra_cards: Sequence[bytes] = ()) -> bytes:
    """Return a header as whole blocks of bytes, with `extra_cards` before END, byte for byte."""
    cards = header.tostring(sep="", endcard=False, padding=False).encode("ascii")
    for card in extra_cards:
        if len(card) > CARD:
            raise ValueError(f"A card has {CARD} bytes at most, {card[:20]!r}... has {len(card)}.")
        cards += card.ljust(CARD)
    cards += b"END".ljust(CARD)
    return cards.ljust(-(-len(cards) // BLOCK) * BLOCK)


def read_header(file: BinaryIO) -> bytes:
    """Read the blocks of the header that starts at the position of `file`.

    Raises
    ------
    ValueError
        If the file ends before END.
    """
    header = b""
    while block := file.read(BLOCK):
        header += block
        if any(block.startswith(b"END".ljust(CARD), i) for i in range(0, len(block), CARD)):
            return header
    raise ValueError("The file ends before the END of its header.")


def card_value(header: bytes, keyword: str) -> object:
    """Return the value of the keyword's first card, without CONTINUE; None if there is no such card."""
    name = keyword.ljust(8).encode("ascii") + b"="
    for i in range(0, len(header), CARD):
        if header.startswith(name, i):
            return fits.Card.fromstring(header[i : i + CARD]).value
    return None


def byte_sum(data: bytes | np.ndarray, start: int = 0) -> int:
    """Return the ones'-complement sum of 32-bit words (FITS standard 4.0, appendix J)."""
    octets = np.frombuffer(data, dtype="u1") if isinstance(data, bytes) else data.reshape(-1).view("u1")
    return int(_arithmetic._compute_checksum(octets, start))


def sealed(header: bytes, datasum: int) -> bytes:
    """Return a header whose CHECKSUM card, if it has one, makes the whole HDU sum to all ones."""
    card = next((i for i in range(0, len(header), CARD) if header.startswith(_CHECKSUM_CARD, i)), None)
    if card is None:
        return header
    start = card + len(_CHECKSUM_CARD)
    stop = start + 16
    blank = header[:start] + b"0" * 16 + header[stop:]
    value = _arithmetic._char_encode(~np.uint32(byte_sum(blank, datasum)))
    return blank[:start] + value.encode("ascii") + blank[stop:]


def with_card(header: bytes, keyword: str, value: object) -> bytes:
    """Replace, add or (value None) remove one card with its CONTINUE cards. Every other byte is kept.

    Raises
    ------
    ValueError
        If the header would need another number of blocks, so that the data would have to move.
    """
    cards = [header[i : i + CARD] for i in range(0, len(header), CARD)]
    end = cards.index(b"END".ljust(CARD))
    name = keyword.upper().ljust(8).encode("ascii") + b"="
    first = next((i for i in range(end) if cards[i].startswith(name)), end)
    after = min(first + 1, end)
    while after < end and cards[after].startswith(b"CONTINUE"):
        after += 1
    new = b""
    if value is not None:
        comment = fits.Card.fromstring(b"".join(cards[first:after])).comment if first < end else ""
        new = str(fits.Card(keyword, value, comment)).encode("ascii")
    text = b"".join([*cards[:first], new, *cards[after : end + 1]])
    size = -(-len(text) // BLOCK) * BLOCK
    if size != len(header):
        raise ValueError(
            f"With this value of {keyword} the header needs {size // BLOCK} blocks in place of "
            f"{len(header) // BLOCK}: the data would have to move. Write a new cube with it instead."
        )
    return text.ljust(size)
