"""Writes headers for astropy from the values that `cubefile.header` has read.

astropy never reads a file's own header, because its time grows with the square of the number of CONTINUE cards.
"""

from collections.abc import Iterable, Mapping

from common.errors import PermanentError, quoted
from cubefile.header import CARD_SIZE, CardValue, Header

BLOCK_SIZE = 2880  # FITS standard 4.0, section 3.1


def written_header(
    first: Mapping[str, CardValue], header: Header | None = None, keywords: Iterable[str] = (), where: str = ""
) -> bytes:
    """Return the bytes of a header that has each keyword once, on one card.

    Parameters
    ----------
    first
        The keywords and values at the beginning.
    header, keywords
        The file's header, and the keywords whose values are copied from it if it has them.
    where
        The name of the header's owner, for the error.

    Raises
    ------
    PermanentError
        If a value is too long for one card.
    """
    values = dict(first)
    if header is not None:
        values |= {keyword: header.get(keyword) for keyword in keywords}
    cards = []
    for keyword, value in values.items():
        if value is None:
            continue
        card = f"{keyword:8}= {_as_written(value)}"
        if len(card) > CARD_SIZE:
            raise PermanentError(f"{keyword} of {where} is {quoted(value)}, too long for one card.")
        cards.append(card)
    return padded_header(cards)


def padded_header(cards: Iterable[str]) -> bytes:
    """Join cards, an END card and the padding."""
    text = "".join(card.ljust(CARD_SIZE) for card in [*cards, "END"])
    return text.ljust(-(-len(text) // BLOCK_SIZE) * BLOCK_SIZE).encode("latin-1")


def _as_written(value: CardValue) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "FT"[value] if isinstance(value, bool) else str(value).upper()
