"""Takes long iterables apart into lists that fit one statement or one transaction, and fetches the next meanwhile."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar, cast

Item = TypeVar("Item")

_END = object()


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of `size`, the last of which may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items; a thread fetches the next one while the caller works on one.

    Fetching must not use the database, of which each thread has a connection of its own.
    """
    iterator = iter(items)
    reader = ThreadPoolExecutor(1, "read ahead")
    try:
        following = reader.submit(next, iterator, _END)
        while (item := following.result()) is not _END:
            following = reader.submit(next, iterator, _END)
            yield cast(Item, item)
    finally:
        reader.shutdown(wait=False, cancel_futures=True)
