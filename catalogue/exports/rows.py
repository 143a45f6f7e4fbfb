"""Reads all cubes of a list, a page at a time, so that neither memory nor a transaction grows with the list."""

from collections.abc import Generator, Iterator
from threading import BoundedSemaphore

from django.http import HttpRequest

from catalogue.exports.columns import Row
from catalogue.filters import DataCubeFilter
from catalogue.links import cube_page_path
from catalogue.orderings import CUBE_ORDERINGS
from catalogue.totals import count_up_to
from common.bounded_statements import time_limit
from common.keyset import keyset_page
from datacubes.links import download_path
from datacubes.models import DataCube
from datacubes.permissions import download_access_by_cube
from datacubes.tags import tag_names_by_cube

MAX_ROWS = 200_000
ROWS_AT_ONCE = 1000
MAX_SECONDS_TO_COUNT = 10.0
EXPORTS_AT_ONCE = 4
"""Of each process of the web server. An export holds a thread as long as its client reads."""

EXPORTED_CUBES = (
    DataCube.objects.filter(metadata__isnull=False)
    .select_related("access", "instrument", "metadata", "observation")
    .defer("sources", "metadata__keywords")
)

_free = BoundedSemaphore(EXPORTS_AT_ONCE)


class TooManyRows(ValueError):
    """The list is longer than an export."""


class Busy(Exception):
    """This process makes as many exports as it may at once."""


class Rows:
    """The rows of an export, to be read once; `close` ends it early. Use of one of the process's places ends with it.

    Raises
    ------
    TooManyRows
        If the list has more than `MAX_ROWS` cubes.
    TookTooLong
        If the list cannot be counted within `MAX_SECONDS_TO_COUNT`.
    Busy
        If this process makes `EXPORTS_AT_ONCE` exports.
    """

    def __init__(self, request: HttpRequest, filters: DataCubeFilter, order: str) -> None:
        with time_limit(MAX_SECONDS_TO_COUNT, filters.qs.db):
            is_too_long = count_up_to(filters.qs, MAX_ROWS + 1) > MAX_ROWS
        if is_too_long:
            raise TooManyRows(
                f"The list has more than {MAX_ROWS:,} cubes, the most that an export has. Narrow it, for example with "
                "time_from and time_to."
            )
        if not _free.acquire(blocking=False):
            raise Busy
        self._holds_a_place = True
        self._rows = self._read(request, filters, order)

    def __iter__(self) -> Iterator[Row]:
        try:
            yield from self._rows
        finally:
            self.close()

    def close(self) -> None:
        """Give the place back."""
        self._rows.close()
        if self._holds_a_place:
            self._holds_a_place = False
            _free.release()

    def _read(self, request: HttpRequest, filters: DataCubeFilter, order: str) -> Generator[Row, None, None]:
        ways, cursor = filters.ways(CUBE_ORDERINGS[order]), None
        site = request.build_absolute_uri("/").removesuffix("/")
        while True:
            page = keyset_page(filters.qs, CUBE_ORDERINGS, order, cursor, ROWS_AT_ONCE, ways)
            access = download_access_by_cube(request.user, page.rows)
            tags = tag_names_by_cube(page.rows)
            for cube in page.rows:
                yield Row(
                    cube,
                    access[cube.pk],
                    tags[cube.pk],
                    site + cube_page_path(cube.oid),
                    "" if cube.missing_since else site + download_path(cube),
                )
            cursor = page.next_cursor
            if not cursor:
                return
