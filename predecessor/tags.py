"""Finds the tags of this archive that the tags of sst_archive are."""

from collections import Counter

from datacubes.models import Tag
from datacubes.vocabulary import vocabulary
from predecessor.report import Report

NOT_IN_VOCABULARY = "tags: the word is in no vocabulary here; add it to a vocabulary and import again"
AMBIGUOUS = "tags: the word is in both vocabularies, and no other tag shows which its type is"


def plan_tags(types: dict[str, int], report: Report) -> dict[str, tuple[str, str]]:
    """Return the kind and the name here of each tag there.

    The vocabularies decide the kind. For a word that is in both, the type of the other tags decides.
    """
    words = {kind: vocabulary(kind) for kind in Tag.Kind}
    kinds = {name: [kind for kind in Tag.Kind if name.strip().casefold() in words[kind]] for name in types}
    kind_of_type = _kind_of_type(types, kinds)
    tags: dict[str, tuple[str, str]] = {}
    for name, found in kinds.items():
        kind = found[0] if len(found) == 1 else kind_of_type.get(types[name])
        if not found:
            report.refuse(NOT_IN_VOCABULARY, name)
        elif not kind:
            report.refuse(AMBIGUOUS, name)
        else:
            tags[name] = kind.value, words[kind][name.strip().casefold()]
    return tags


def _kind_of_type(types: dict[str, int], kinds: dict[str, list[Tag.Kind]]) -> dict[int, Tag.Kind]:
    """Return the kind that most of the unambiguous tags of each type have, if the types differ in it."""
    counts: dict[int, Counter[Tag.Kind]] = {}
    for name, found in kinds.items():
        if len(found) == 1:
            counts.setdefault(types[name], Counter())[found[0]] += 1
    likely = {number: count.most_common(1)[0][0] for number, count in counts.items()}
    return likely if len(set(likely.values())) == len(likely) else {}
