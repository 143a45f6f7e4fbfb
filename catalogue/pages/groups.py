"""Cubes of a page, grouped by observation."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from datacubes.models import DataCube, Observation
from datacubes.permissions import DownloadAccess


@dataclass
class Group:
    """An observation with those of its cubes that the page lists.

    Attributes
    ----------
    n_cubes, size
        Number and size in bytes of all its cubes, whether the filters match them or not.
    """

    observation: Observation
    n_cubes: int
    size: int
    cubes: list[tuple[DataCube, DownloadAccess]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the person may download all the listed cubes."""
        return all(access.allowed for _, access in self.cubes)


def grouped_by_observation(cubes: Iterable[tuple[DataCube, DownloadAccess]]) -> list[Group]:
    """Return the observations of some cubes, in the order of their first cube, in two statements."""
    cubes = list(cubes)
    keys = {cube.observation_id for cube, _ in cubes}
    observations = Observation.objects.in_bulk(keys)
    totals = DataCube.objects.filter(observation__in=keys, metadata__isnull=False).order_by().values("observation")
    sums = {row["observation"]: row for row in totals.annotate(number=Count("pk"), bytes=Sum("size"))}
    groups: dict[int, Group] = {}
    for cube, access in cubes:
        key = cube.observation_id
        if key not in groups:
            groups[key] = Group(observations[key], sums[key]["number"], sums[key]["bytes"])
        groups[key].cubes.append((cube, access))
    return list(groups.values())
