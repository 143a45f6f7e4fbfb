"""Waits, within the request that posted an order, until the order has ended.

A request that waits holds a thread of the web server, so both its time and the number of such requests have a bound.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock

from django.conf import settings
from django.db import connection
from rest_framework.request import Request

from accounts.models import APIToken
from common.http.client_presence import client_is_there
from common.http.preferences import preferences, preferred_wait
from common.rows import unique_row
from common.transience import sentence, will_pass
from workorders.models import WorkOrder

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.05
"""Seconds between two looks at an order. In between, a pause is a twentieth of the time that has passed."""
PAUSE_AFTER_ERROR = 0.5


@dataclass(frozen=True)
class Waited:
    """What came of a wait.

    Attributes
    ----------
    order
        The order as it was seen last.
    preference_applied
        The value of the header Preference-Applied; empty if the request has no such preference, or it was not followed.
    """

    order: WorkOrder
    preference_applied: str = ""


def wait_as_asked(request: Request, order: WorkOrder) -> Waited:
    """Wait until a posted order has ended, as long as the request asks for and INGEST_WAIT_SECONDS allows.

    A request asks by ``Prefer: wait=N``, or by a token that waits for results. If INGEST_WAITERS requests of this
    process wait already, or the client has gone, the order is returned at once. Must be called outside a transaction.
    """
    header = request.headers.get("Prefer", "")
    preferred, longest = preferred_wait(header), int(settings.INGEST_WAIT_SECONDS)
    if preferred is None and not (_token_waits(request) and "respond-async" not in preferences(header)):
        return Waited(order)
    seconds = longest if preferred is None else min(preferred, longest)
    with _waiters.place() as has_place:
        if not has_place:
            return Waited(order)
        order = _wait(order, seconds, partial(client_is_there, request.META))
    return Waited(order, "" if preferred is None else f"wait={seconds}")


class _Waiters:
    """Counts the requests of this process that wait."""

    def __init__(self) -> None:
        self._lock, self._number = Lock(), 0

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Take a place during the block; yield whether there was one."""
        with self._lock:
            has_place = self._number < settings.INGEST_WAITERS
            self._number += has_place
        try:
            yield has_place
        finally:
            with self._lock:
                self._number -= has_place


_waiters = _Waiters()


def _token_waits(request: Request) -> bool:
    return isinstance(request.auth, APIToken) and request.auth.waits_for_result


def _wait(order: WorkOrder, seconds: float, is_wanted: Callable[[], bool]) -> WorkOrder:
    """Look at an order until it has ended, the time is up, or its end is no longer wanted.

    An order that is posted during a run is queued again in the transaction that ends the run: an order that is seen to
    have ended has carried out all requests that were posted before.
    """
    began = time.monotonic()
    pause = SHORTEST_PAUSE
    while (waited := time.monotonic() - began) < seconds and is_wanted():
        time.sleep(min(pause, seconds - waited))
        pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, waited / 20))
        try:
            order = unique_row(WorkOrder, "run", id=order.pk) or order
            if order.has_ended:
                return order
        except Exception as error:
            if not will_pass(error):
                raise
            # The order is accepted, and a worker will carry it out once the database is back.
            logger.warning("A request waits for order %s without the database: %s", order.pk, sentence(error))
            connection.close()
            pause = PAUSE_AFTER_ERROR
    return order
