"""The import from sst_archive: what is brought, in which order."""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from predecessor import tables
from predecessor.cubes import CubeImport
from predecessor.groups import make_groups, plan_groups
from predecessor.numbers import keep_cubes, keep_observations
from predecessor.people import PeopleImport
from predecessor.report import Report
from predecessor.source import Source
from predecessor.tags import plan_tags

Track = Callable[[Iterable[Any], str], Iterable[Any]]
"""Shows the progress through some batches."""


class Import:
    """One run of the import and its report.

    Parameters
    ----------
    folder
        The folder that the paths of the cubes there begin with.
    is_plan
        Whether nothing is to be changed.
    """

    def __init__(self, folder: PurePosixPath, *, is_plan: bool) -> None:
        self.report = Report()
        self._folder = folder
        self._is_plan = is_plan

    def run(self, source: Source, track: Track = lambda batches, what: batches) -> None:
        """Import all there is. Each batch is one transaction, so that a run that ends early can be repeated.

        Raises
        ------
        PermanentError, TransientError
            If the database there cannot be read, or the storage does not answer.
        """
        groups = plan_groups(tables.groups(source), self.report)
        tags = plan_tags(tables.tag_types(source), self.report)
        make_groups(set(groups.values()), self.report, is_plan=self._is_plan)
        people = PeopleImport(groups, self.report, is_plan=self._is_plan)
        for batch in track(tables.people(source), "people"):
            people.take(batch)
        cubes = CubeImport(self._folder, groups, tags, self.report, is_plan=self._is_plan)
        for some in track(tables.cubes(source), "cubes"):
            cubes.take(some)
            keep_cubes(some, self.report, is_plan=self._is_plan)
        for numbers in track(tables.observations(source), "observations"):
            keep_observations(numbers, self.report, is_plan=self._is_plan)
