"""Makes tags that are missing."""

from collections.abc import Sequence

from datacubes.models import Tag


def get_tags(keys: Sequence[tuple[Tag.Kind, str]]) -> list[Tag]:
    """Return tags, creating missing ones; another ingestion may create the same ones at this moment."""
    tags = Tag.objects.filter(name__in=[name for _, name in keys])
    known = {(tag.kind, tag.name): tag for tag in tags}
    new = [Tag(kind=kind, name=name) for kind, name in keys if (kind, name) not in known]
    if new:
        new = Tag.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["kind", "name"], update_fields=["name"]
        )
    return [known[key] for key in keys if key in known] + new
