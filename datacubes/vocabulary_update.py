"""Reads the vocabularies again every day, and tags the cubes whose headers have new words."""

import logging
import time
from collections.abc import Mapping
from datetime import date, timedelta

import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from common.errors import PermanentError, TransientError, on_one_line
from cubefile.keywords import first_values
from datacubes.models import DataCube, Metadata, Tag, Vocabulary
from datacubes.tags import get_tags
from datacubes.vocabulary import KEYWORDS, is_address, parse_words, stated_words, words_of_file

logger = logging.getLogger(__name__)

MAX_BYTES = 2**20
MAX_SECONDS = 60.0
TIMEOUTS = (5.0, 20.0)  # Seconds: for the connection, for each part of an answer.
NEW_FOR = timedelta(days=2)
"""How long a word counts as new. An ingestion with the old words may end after the cubes were tagged."""

BATCH_SIZE = 500


def update_vocabulary(kind: Tag.Kind) -> int:
    """Read a vocabulary again and tag the cubes that have its new words. If it cannot be read, its last copy stays.

    Returns
    -------
    int
        The number of tags given to cubes.
    """
    source = settings.TAG_VOCABULARIES[kind]
    copy, _ = Vocabulary.objects.get_or_create(kind=kind, defaults={"words": {}})
    try:
        words = read_address(source) if is_address(source) else words_of_file(source)
        if not words:
            raise PermanentError("It has no words.")
    except (OSError, UnicodeError, PermanentError, TransientError) as error:
        copy.error = f"{source} cannot be read: {on_one_line(error)}"
        logger.warning("The vocabulary of %ss keeps its last copy. %s", kind.label.lower(), copy.error)
        copy.save()
    else:
        today = timezone.now().date()
        copy.words = {word: copy.words.get(word, today.isoformat()) for word in words}
        copy.source, copy.read_at, copy.error = source, timezone.now(), ""
        copy.save()
    return tag_cubes(kind, _new_words(copy.words))


def read_address(address: str) -> list[str]:
    """Read the words of a vocabulary from the web.

    Raises
    ------
    PermanentError
        If the answer has more than `MAX_BYTES`, or is not a text of one word a line.
    TransientError
        If there is no answer, or the answer is an error.
    """
    stop = time.monotonic() + MAX_SECONDS
    with requests.Session() as session:
        session.adapters.pop("http://")  # A redirect must not leave https.
        try:
            with session.get(address, timeout=TIMEOUTS, stream=True) as answer:
                answer.raise_for_status()
                content = b""
                for part in answer.iter_content(2**14):
                    content += part
                    if len(content) > MAX_BYTES:
                        raise PermanentError(f"It has more than {MAX_BYTES} bytes.")
                    if time.monotonic() > stop:
                        raise TransientError(f"It was not read within {MAX_SECONDS:.0f} s.")
        except requests.RequestException as error:
            raise TransientError(str(error)) from error
    text = content.decode("utf-8")
    if "<" in text or not all(line.isprintable() for line in text.splitlines()):
        raise PermanentError("It is not a plain text of one word a line.")
    return parse_words(text)


def tag_cubes(kind: Tag.Kind, words: Mapping[str, str]) -> int:
    """Give cubes the tags that their stored headers name, among these words, and return the number of tags given.

    Parameters
    ----------
    words
        The words by their case-folded form.
    """
    given = last = 0
    while words and (batch := _batch(kind, last)):
        last = batch[-1].pk
        given += _tag_batch(kind, [row.pk for row in batch], words)
    return given


def _batch(kind: Tag.Kind, after: int) -> list[Metadata]:
    stating = Metadata.objects.filter(pk__gt=after, keywords__has_key=KEYWORDS[kind])
    return list(stating.only("pk").order_by("pk")[:BATCH_SIZE])


@transaction.atomic
def _tag_batch(kind: Tag.Kind, keys: list[int], words: Mapping[str, str]) -> int:
    # The lock makes this and an ingestion of the same row wait for each other: the tags fit the latest header.
    rows = Metadata.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    wanted: list[tuple[int, str]] = []
    for row in rows:
        stated = stated_words(first_values(row.keywords).get(KEYWORDS[kind])) or set()
        names = sorted({words[word.casefold()] for word in stated if word.casefold() in words})
        wanted += [(row.pk, name) for name in names]
    through = DataCube.tags.through
    tags = {tag.name: tag for tag in get_tags([(kind, name) for name in sorted({name for _, name in wanted})])}
    found = through.objects.filter(datacube__in=keys, tag__in=tags.values()).values_list("datacube_id", "tag_id")
    known = set(found)
    missing = [(cube, tags[name].pk) for cube, name in wanted if (cube, tags[name].pk) not in known]
    through.objects.bulk_create([through(datacube_id=cube, tag_id=tag) for cube, tag in missing], ignore_conflicts=True)
    return len(missing)


def _new_words(words: Mapping[str, str]) -> dict[str, str]:
    since = timezone.now().date() - NEW_FOR
    return {word.casefold(): word for word, added in words.items() if date.fromisoformat(added) >= since}
