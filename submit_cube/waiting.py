"""Waits until orders end, with few requests for any number of orders."""

import time
from collections import deque
from collections.abc import Iterator, Mapping

from submit_cube.archive import Archive, Order, Refused

UNFINISHED_OF_A_ROUND = 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def wait_for(archive: Archive, orders: Mapping[str, Order]) -> Iterator[tuple[str, Order | Refused]]:
    """Yield each cube with its order once the order has ended.

    Orders end roughly in the order in which they were posted. A round therefore polls them in that order until it has
    found a few that have not ended; the next round polls those last. Between two rounds it waits as long as the archive
    asks, and increasingly longer while no order ends.

    Raises
    ------
    Stop
        As `Archive.order`.
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
