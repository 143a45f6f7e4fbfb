"""Waits until orders end, with few requests for any number of orders."""

import time
from collections import deque
from collections.abc import Iterator, Mapping

from solar_archive_client.submission.orders import Order, Orders, Refused

UNFINISHED_OF_A_ROUND = 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def wait_for(archive: Orders, orders: Mapping[str, Order]) -> Iterator[tuple[str, Order | Refused]]:
    """Yield each cube with its order once the order has ended.

    Orders end roughly in the order in which they were posted. A round therefore polls them in that order until it has
    found a few that have not ended; the next round polls those last. Between two rounds it waits as long as the archive
    asks, and increasingly longer while no order ends.

    Raises
    ------
    Stop
        As `Orders.order`.
    """
    waiting = deque(orders.items())
    pause = FIRST_PAUSE
    while waiting:
        retry_after, any_ended, unfinished = 0.0, False, 0
        for _ in range(len(waiting)):
            path, order = waiting.popleft()
            try:
                order = archive.order(order.id)
            except Refused as refused:
                yield path, refused
                continue
            if order.has_ended:
                any_ended = True
                yield path, order
                continue
            waiting.append((path, order))
            retry_after = max(retry_after, order.retry_after)
            unfinished += 1
            if unfinished == UNFINISHED_OF_A_ROUND:
                break
        if waiting:
            pause = FIRST_PAUSE if any_ended else min(pause * 1.5, LONGEST_PAUSE)
            time.sleep(max(retry_after, pause))


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
