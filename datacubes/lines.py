"""The spectral lines of the archive's cubes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from cubefile.telescopes.lines import known_lines, lines_meant, named_line
from datacubes.models import DataCube, Metadata

MAX_STORED_NAMES = 1000

# Jumps from one name to the next in the index, instead of reading all cubes.
_STORED_NAMES = """
WITH RECURSIVE line (name) AS (
    SELECT min(spectral_line) FROM datacubes_metadata
    UNION ALL
    SELECT (SELECT min(spectral_line) FROM datacubes_metadata WHERE spectral_line > line.name)
    FROM line WHERE line.name IS NOT NULL
)
SELECT name FROM line WHERE name <> '' LIMIT %s
"""


def all_stored_names() -> list[str]:
    """Return the names under which the archive stores lines, at most MAX_STORED_NAMES."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED_NAMES, [MAX_STORED_NAMES])
        return [name for (name,) in cursor.fetchall()]


def stored_names(texts: Iterable[str]) -> list[str]:
    """Return the stored names of all lines that a person means by some texts."""
    stored = all_stored_names()
    return sorted({name for text in texts for name in lines_meant(text, stored)})


@dataclass(frozen=True)
class CountedLine:
    """A line with the number of its cubes.

    Attributes
    ----------
    name
        The name for people.
    filter
        What lists of cubes are filtered by.
    wavelength
        In nm; None if it is unknown.
    n_cubes
        The number of cubes that the filter finds.
    """

    name: str
    filter: str
    wavelength: float | None
    n_cubes: int


def lines_with_counts() -> list[CountedLine]:
    """Return the lines of the archive's cubes and of all telescopes, by wavelength; at most MAX_STORED_NAMES."""
    cubes = Metadata.objects.exclude(spectral_line="").values_list("spectral_line").annotate(count=Count("pk"))
    counts = dict(cubes.order_by("-count", "spectral_line")[:MAX_STORED_NAMES])
    withdrawn = DataCube.every.exclude(withdrawn_at=None).values_list("metadata__spectral_line")
    for name, count in withdrawn.annotate(count=Count("pk")):
        if name in counts:
            counts[name] -= count
    held = {name for name, count in counts.items() if count}
    lines = []
    for name in held | known_lines().keys():
        line = named_line(name)
        number = sum(counts.get(meant, 0) for meant in lines_meant(name, held))
        lines.append(CountedLine(line.name or name, name, line.nm, number))
    return sorted(lines, key=lambda line: (line.wavelength is None, line.wavelength or 0.0, line.filter))
