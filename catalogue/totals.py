"""The number of cubes that a search finds: exact up to a limit, so that its cost has a bound."""

from dataclasses import dataclass

from django.db.models import QuerySet

from common.bounded_statements import TookTooLong, by_condition_indexes, time_limit
from common.keyset import Page, Ways
from datacubes.models import DataCube

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class Total:
    """A number of cubes; if it is not exact, there are more."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_exact else f"more than {self.number:,}"


def total_of(cubes: QuerySet[DataCube], first_page: Page[DataCube], ways: Ways[DataCube] | None) -> Total | None:
    """Return the number of cubes of a list whose first page is known; None if the count takes too long.

    Parameters
    ----------
    cubes
        All cubes of the list.
    first_page
        If it is the only page, or was found by looking at all cubes, nothing is counted.
    ways
        What the page was found by.
    """
    number = len(first_page.rows) if first_page.next_cursor is None else first_page.total
    if number is None:
        try:
            number = _count(cubes, ways)
        except TookTooLong:
            return None
    return Total(min(number, EXACT_UP_TO), number <= EXACT_UP_TO)


def count_up_to(cubes: QuerySet[DataCube], most: int) -> int:
    """Return the number of cubes of a list; of a longer list, `most`."""
    return cubes.select_related(None).prefetch_related(None).order_by().values("pk")[:most].count()


def _count(cubes: QuerySet[DataCube], ways: Ways[DataCube] | None) -> int:
    if not ways:
        return count_up_to(cubes, EXACT_UP_TO + 1)
    with time_limit(ways.seconds, cubes.db), by_condition_indexes(ways.needs_index, cubes.db):
        return count_up_to(ways.collected, EXACT_UP_TO + 1)
