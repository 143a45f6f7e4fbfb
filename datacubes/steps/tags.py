"""The step `tags`: features and events from controlled vocabularies."""

from common.errors import quoted
from datacubes.models import DataCube, Tag
from datacubes.steps.base import CubeRows, Material, NothingToDo, Outcome, Step
from datacubes.steps.fingerprints import header_fingerprint
from datacubes.tags import get_tags
from datacubes.vocabulary import KEYWORDS, stated_words, vocabulary

_MOST_WORDS_SHOWN = 10
Stated = dict[Tag.Kind, list[str]]
"""The tags that a header names, by kind."""


class TagsStep(Step[Stated]):
    """Sets the tags of the kinds that the header names; tags of the other kind stay as they are."""

    name = "tags"

    def fingerprint(self, material: Material) -> str | None:
        return header_fingerprint(material)

    def read(self, material: Material) -> Stated:
        """Return the tags that the header names, by kind. An empty list means that the cube has no tags of the kind.

        A kind whose keyword is absent or ``MISSING`` is left out, because its tags are unknown. A word that is not in
        the vocabulary is left out with a warning.

        Raises
        ------
        NothingToDo
            If both kinds are left out.
        """
        stated: Stated = {}
        for kind, keyword in KEYWORDS.items():
            words = stated_words(material.cube_file.image.header.get(keyword))
            if words is None:
                continue
            known = vocabulary(kind)
            unknown = sorted(word for word in words if word.casefold() not in known)
            if unknown:
                shown = ", ".join(map(quoted, unknown[:_MOST_WORDS_SHOWN]))
                more = f" and {len(unknown) - _MOST_WORDS_SHOWN} more" if len(unknown) > _MOST_WORDS_SHOWN else ""
                material.warnings.append(
                    f"{keyword} has words that are not in the vocabulary and are left out: {shown}{more}."
                )
            stated[kind] = sorted({known[word.casefold()] for word in words if word.casefold() in known})
        if not stated:
            raise NothingToDo("FEATURES and EVENTS are absent or MISSING; the tags stay as they are.")
        return stated

    def write(self, rows: CubeRows, values: Stated) -> tuple[Outcome, str]:
        cube = rows.cube
        wanted = [(kind, name) for kind, names in values.items() for name in names]
        present = {} if rows.created else {(tag.kind, tag.name): tag for tag in cube.tags.filter(kind__in=values)}
        surplus = [tag for key, tag in present.items() if key not in wanted]
        missing = [key for key in wanted if key not in present]
        through = DataCube.tags.through
        if surplus:
            through.objects.filter(datacube=cube, tag__in=surplus).delete()
        if missing:
            tags = get_tags(missing)
            through.objects.bulk_create([through(datacube=cube, tag=tag) for tag in tags], ignore_conflicts=True)
        if surplus or missing:
            return Outcome.UPDATED, ""
        return Outcome.SKIPPED, "The tags are as before."
