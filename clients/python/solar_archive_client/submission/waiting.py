"""Waits until orders end, with few requests for any number of orders."""

import time
from collections.abc import Iterator, Mapping
from itertools import islice

from solar_archive_client.submission.orders import POLLED_AT_ONCE, Order, Orders, Refused

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def wait_for(archive: Orders, orders: Mapping[str, Order]) -> Iterator[tuple[str, Order | Refused]]:
    """Yield each cube with its order once the order has ended.

    Orders end roughly in the order in which they were posted, so that each request polls the first that are left. The
    pause between two requests grows while no order ends.

    Raises
    ------
    Stop
        As `Orders.states`.
    """
    waiting = {order.id: path for path, order in orders.items()}
    pause = FIRST_PAUSE
    while waiting:
        polled = list(islice(waiting, POLLED_AT_ONCE))
        states = archive.states(polled)
        ended = [number for number in polled if number not in states or states[number].has_ended]
        for number in ended:
            yield waiting.pop(number), states.get(number) or Refused("the server has no such order")
        if waiting and len(ended) < len(polled):
            pause = FIRST_PAUSE if ended else min(pause * 1.5, LONGEST_PAUSE)
            time.sleep(pause)


def submit_and_wait(archive: Orders, posted: Mapping[str, Order]) -> list[Order]:
    """Wait until posted orders have ended, and return them in their order.

    Raises
    ------
    Refused
        If the archive has lost an order.
    """
    ended: dict[str, Order] = {}
    for path, outcome in wait_for(archive, posted):
        if isinstance(outcome, Refused):
            raise outcome
        ended[path] = outcome
    return [ended[path] for path in posted]
