"""Reading a long list of records page by page, while others write to it."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from svo.errors import SvoUnavailable
from svo.resources import Record

_PAGES_WITHOUT_PROGRESS = 3
_PAGES_REMEMBERED = 3


@dataclass(frozen=True)
class Page:
    """Part of a list, ordered by oid.

    Attributes
    ----------
    limit
        How many records the server was ready to give: a page with fewer is the last.
    """

    records: list[Record]
    limit: int


def every_record(fetch: Callable[[int], Page]) -> Iterator[Record]:
    """Give each record of a list once, holding no more than a page of them and the oids of a few.

    Whatever is written to the list meanwhile moves its pages: a record that is deleted makes the next page skip one,
    and a record that is added makes it repeat one. So each page is asked to begin with the last record of the page
    before.

    1. A page that holds records that were just given goes on after the last of these. What was just given are the
       last three pages, not one: a page that is read again may hold new records between old ones.
    2. A page that holds none of them has skipped some: pages further up are read, until they are found.
    3. A page with fewer records than the server's limit is the last. The total that the server gives is not looked
       at, as it may be a day old.

    Oids are only compared for equality: the order is that of the server's language, not of Python.

    Parameters
    ----------
    fetch
        Gives the page at an offset.

    Raises
    ------
    SvoUnavailable
        If the list changes too much to be read, or the pages do not get on.
    """
    offset = stalled = 0
    pages_before: deque[set[str]] = deque(maxlen=_PAGES_REMEMBERED)
    while True:
        page = fetch(offset)
        given = set().union(*pages_before)
        known = [index for index, record in enumerate(page.records) if record.oid in given]
        if given and not known:
            if offset == 0:
                raise SvoUnavailable("The SVO's list of records changed too much while it was read.")
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
            raise SvoUnavailable(f"The SVO's list of records does not get on: see the page at offset {offset}.")
        offset += len(page.records) - 1
