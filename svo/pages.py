"""Reads a long list of records page by page while others write to it."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from svo.errors import SvoUnavailable
from svo.resources import Record

_PAGES_WITHOUT_PROGRESS = 3
_PAGES_REMEMBERED = 3


@dataclass(frozen=True)
class Page:
    """A page of a list, ordered by OID.

    Attributes
    ----------
    limit
        The server's maximum number of records for this page. A page with fewer records is the last.
    """

    records: list[Record]
    limit: int


def every_record(fetch: Callable[[int], Page]) -> Iterator[Record]:
    """Yield each record of a list once, keeping in memory one page and the OIDs of the last three.

    Writes to the list move its pages: a deleted record makes the next page skip one, an added record makes it repeat
    one. So each page is requested to begin with the last record of the page before.

    1. If a page contains known records, those of the last three pages, reading continues after the last of them. Three
       pages are needed because a page that is read again may hold new records between known ones.
    2. If a page contains no known record, records were skipped. Earlier pages are read until known ones are found.
    3. A page with fewer records than the server's limit is the last. The server's total is ignored, because it may be a
       day old.

    OIDs are only compared for equality, because the server's sort order is not Python's.

    Parameters
    ----------
    fetch
        Returns the page at an offset.

    Raises
    ------
    SvoUnavailable
        If the list changes too much to be read, or the pages make no progress.
    """
    offset = stalled = 0
    pages_before: deque[set[str]] = deque(maxlen=_PAGES_REMEMBERED)
    while True:
        page = fetch(offset)
        given = set().union(*pages_before)
        known = [index for index, record in enumerate(page.records) if record.oid in given]
        if given and not known:
            if offset == 0:
                raise SvoUnavailable("The SVO's list of records changed too much during reading.")
            offset = max(0, offset - max(1, page.limit - 1))
            continue
        new = page.records[known[-1] + 1 if known else 0 :]
        yield from new
        if len(page.records) < page.limit:
            return
        if new:
            pages_before.append({record.oid for record in page.records})
        stalled = 0 if new else stalled + 1
        if stalled > _PAGES_WITHOUT_PROGRESS:
            raise SvoUnavailable(f"The SVO's list of records makes no progress at offset {offset}.")
        offset += len(page.records) - 1
