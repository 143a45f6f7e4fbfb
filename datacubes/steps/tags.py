"""The step `tags`: features and events from controlled vocabularies."""

from functools import cache
from pathlib import Path

from django.conf import settings

from datacubes.keywords import keyword_value
from datacubes.models import DataCube, Tag
from datacubes.steps.base import Material, NothingToDo, Outcome, Step, header_fingerprint

_KEYWORDS = {Tag.Kind.FEATURE: "FEATURES", Tag.Kind.EVENT: "EVENTS"}
_NOT_KNOWN = "MISSING"  # SOLARNET metadata recommendations: a keyword whose value is not known.


def read(material: Material) -> dict[Tag.Kind, list[str]]:
    """Return the tags that the header states, by kind. An empty list states that there are none.

    A kind whose keyword is absent or ``MISSING`` is left out: nothing is known of it. A word that is not in the
    vocabulary is left out with a warning.

    Raises
    ------
    NothingToDo
        If the header states nothing of either kind.
    """
    stated: dict[Tag.Kind, list[str]] = {}
    for kind, keyword in _KEYWORDS.items():
        value = keyword_value(material.cube_file.primary.header, keyword)
        if not isinstance(value, str) or value.strip().upper() == _NOT_KNOWN:
            continue
        words = [word.strip() for word in value.split(",") if word.strip()]
        known = vocabulary(kind)
        for word in words:
            if word.casefold() not in known:
                material.warnings.append(f"{keyword} has “{word}”, which is not in the vocabulary; it is left out.")
        stated[kind] = sorted({known[word.casefold()] for word in words if word.casefold() in known})
    if not stated:
        raise NothingToDo("FEATURES and EVENTS are absent or MISSING; the tags stay as they are.")
    return stated


def write(cube: DataCube, stated: dict[Tag.Kind, list[str]]) -> tuple[Outcome, str]:
    """Set the tags of the kinds that the header states; the other kind stays as it is."""
    wanted = {(kind, name) for kind, names in stated.items() for name in names}
    present = {(tag.kind, tag.name): tag for tag in cube.tags.filter(kind__in=stated)}
    surplus = [tag for key, tag in present.items() if key not in wanted]
    missing = [key for key in wanted if key not in present]
    if surplus:
        cube.tags.remove(*surplus)
    if missing:
        Tag.objects.bulk_create([Tag(kind=kind, name=name) for kind, name in missing], ignore_conflicts=True)
        names = [name for _, name in missing]
        tags = [tag for tag in Tag.objects.filter(name__in=names) if (tag.kind, tag.name) in missing]
        through = DataCube.tags.through
        through.objects.bulk_create([through(datacube=cube, tag=tag) for tag in tags], ignore_conflicts=True)
    if surplus or missing:
        return Outcome.UPDATED, ""
    return Outcome.SKIPPED, "The tags are as before."


def vocabulary(kind: Tag.Kind) -> dict[str, str]:
    """Return the words of a vocabulary, by their case-folded form."""
    return _read_vocabulary(Path(settings.TAG_VOCABULARIES[kind]))


@cache
def _read_vocabulary(path: Path) -> dict[str, str]:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return {word.casefold(): word for word in lines if word and not word.startswith("#")}


STEP = Step("tags", header_fingerprint, read, write)
