"""FITS files made of raw cards, for what no writer of FITS files would write."""

from devtools.fits_bytes import BLOCK, CARD

TINY_CUBE = (
    "SIMPLE  =                    T",
    "BITPIX  =                   16",
    "NAXIS   =                    2",
    "NAXIS1  =                    4",
    "NAXIS2  =                    3",
    "DATE-BEG= '2019-04-19T17:34:55.50395'",
    "INSTRUME= 'CRISP   '",
    "FILTER1 = '6173    '",
    "FILENAME= 'nb_6173_2019-04-19T17:34:39_scans=0-4_stokes_im.fits'",
)
"""The cards of the smallest file that is a cube; its data are 24 bytes."""

TINY_DATA = bytes(range(24))


def raw_header(*cards: str | bytes, end: bool = True) -> bytes:
    """Pad cards and put END after them, unless told otherwise; text is written as Latin-1."""
    texts = [card.encode("latin-1") if isinstance(card, str) else card for card in cards]
    texts += [b"END"] if end else []
    # A card given with its CONTINUE cards is longer than one.
    content = b"".join(text.ljust(-(-len(text) // CARD) * CARD) for text in texts)
    return padded(content, b" ")


def padded(content: bytes, filler: bytes = b"\0") -> bytes:
    """Fill up the last block."""
    return content.ljust(-(-len(content) // BLOCK) * BLOCK, filler)


def tiny_cube(**changes: str | None) -> bytes:
    """Write the smallest cube, with other cards for some keywords (“_” for “-”), or without them (None)."""
    wanted = {name.replace("_", "-").ljust(8): card for name, card in changes.items()}
    cards = [wanted.pop(card[:8], card) for card in TINY_CUBE]
    return raw_header(*(card for card in [*cards, *wanted.values()] if card is not None)) + padded(TINY_DATA)
