"""Long iterables are taken apart, and the next item is fetched while one is worked on."""

import threading
import time

import pytest

from common.batches import batches, read_ahead


def test_items_come_in_batches():
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []


@pytest.mark.parametrize("items", [[], [0], [0, None, [], 3]])
def test_reading_ahead_gives_the_same_items(items):
    assert list(read_ahead(iter(items))) == items


def test_the_next_item_is_fetched_meanwhile():
    def slow():
        for number in range(5):
            time.sleep(0.1)
            yield number

    began = time.monotonic()
    for _ in read_ahead(slow()):
        time.sleep(0.1)
    assert time.monotonic() - began < 0.9  # 1.0 one after the other


def test_one_item_at_most_is_fetched_ahead():
    fetched = []
    items = read_ahead(number for number in range(10) if fetched.append(number) is None)
    next(items)
    time.sleep(0.1)
    assert len(fetched) <= 2
    items.close()


def test_an_error_comes_in_its_turn():
    def failing():
        yield 1
        raise ValueError("no more")

    items = read_ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_no_thread_is_left():
    before = threading.active_count()
    for _ in read_ahead(range(3)):
        pass
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
