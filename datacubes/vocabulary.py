"""Reads the words of FEATURES and EVENTS that become tags, from a file or from the last copy of a URL."""

import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from datacubes.models import Tag, Vocabulary
from datacubes.models.tags import MAX_TAG_LENGTH

KEPT_SECONDS = 60
"""Seconds during which a process uses the words that it has read."""

KEYWORDS = {Tag.Kind.FEATURE: "FEATURES", Tag.Kind.EVENT: "EVENTS"}

_SHIPPED = {Tag.Kind.FEATURE: "features.txt", Tag.Kind.EVENT: "events.txt"}
_NOT_KNOWN = "MISSING"  # SOLARNET metadata recommendations: the value of the keyword is unknown.

_words: dict[tuple[Tag.Kind, str], tuple[float, dict[str, str]]] = {}


def vocabulary(kind: Tag.Kind) -> dict[str, str]:
    """Return the words of a vocabulary, by their case-folded form.

    Raises
    ------
    OSError
        If its file cannot be read.
    """
    source = settings.TAG_VOCABULARIES[kind]
    read_at, words = _words.get((kind, source), (0.0, {}))
    if not words or time.monotonic() > read_at + KEPT_SECONDS:
        words = {word.casefold(): word for word in _read(kind, source)}
        _words[kind, source] = time.monotonic(), words
    return words


def is_address(source: str) -> bool:
    """Return whether a vocabulary is read from the web."""
    return urlsplit(source).scheme == "https"


def words_of_file(path: str | Path) -> list[str]:
    """Read the words of a file."""
    return parse_words(Path(path).read_text(encoding="utf-8"))


def parse_words(text: str) -> list[str]:
    """Return the words of a text with one word a line, without comments (``#``) and without too long words."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#") and len(line) <= MAX_TAG_LENGTH]


def stated_words(value: object) -> set[str] | None:
    """Return the words of FEATURES or EVENTS; None if the keyword is absent or ``MISSING``."""
    if value is None or str(value).strip().upper() == _NOT_KNOWN:
        return None
    return {word.strip() for word in str(value).split(",") if word.strip()}


def _read(kind: Tag.Kind, source: str) -> list[str]:
    if not is_address(source):
        return words_of_file(source)
    copy = Vocabulary.objects.filter(kind=kind).first()
    return list(copy.words) if copy else words_of_file(Path(__file__).parent / "vocabularies" / _SHIPPED[kind])
