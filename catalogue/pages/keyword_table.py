"""The keywords of a cube for people: what stands in the header, with the comments that it gives."""

from dataclasses import dataclass

from astropy.io.fits.verify import VerifyError

from cubefile.keywords import JSONValue
from datacubes.models import FITSHeader


@dataclass(frozen=True)
class KeywordRow:
    """A keyword as text; `values` has several where the header repeats it."""

    name: str
    values: list[str]
    comment: str


def keyword_rows(keywords: dict[str, JSONValue], header: FITSHeader | None) -> list[KeywordRow]:
    """Return the keywords of `Metadata.keywords` by name, with the comment of the first card of each."""
    comments = _comments(header) if header else {}
    return [KeywordRow(name, _as_texts(value), comments.get(name, "")) for name, value in sorted(keywords.items())]


def _as_texts(value: JSONValue) -> list[str]:
    """Write a value as FITS does: T and F for logical values, nothing for one that is undefined."""
    if isinstance(value, list):
        return [text for item in value for text in _as_texts(item)]
    if value is None:
        return [""]
    if isinstance(value, bool):
        return ["T" if value else "F"]
    return [str(value)]


def _comments(header: FITSHeader) -> dict[str, str]:
    comments: dict[str, str] = {}
    for card in header.as_header().cards:
        try:
            comments.setdefault(card.keyword, card.comment)
        except VerifyError:
            comments.setdefault(card.keyword, "")
    return comments
