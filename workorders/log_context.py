"""Adds the order to every log line that is written while a worker processes it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Logging is configured before the models are loaded.
    from workorders.models import WorkOrder

_current: ContextVar[tuple[int, str] | None] = ContextVar("order", default=None)


@contextmanager
def order_in_logs(order: "WorkOrder") -> Iterator[None]:
    """Add the order's id and path to every line that this thread logs within the block."""
    token = _current.set((order.pk, order.relative_path))
    try:
        yield
    finally:
        _current.reset(token)


class OrderFilter(logging.Filter):
    """Gives each record the attributes `order` and `path`; both None outside an order."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass every record."""
        record.order, record.path = _current.get() or (None, None)
        return True
