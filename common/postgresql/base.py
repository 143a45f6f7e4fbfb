"""Django's backend of PostgreSQL, which asks no question to find that a kept connection still works."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is checked before its first use in a request or task.

    Django would send ``SELECT 1`` each time. A server that ends a connection says so, and then something is there to be
    read; on a connection that waits for the next statement, nothing is.
    """

    def is_usable(self) -> bool:
        """Return whether the connection works. It is asked only after an error, or if it has received something."""
        is_open = self.connection and not self.connection.closed
        return bool(is_open and not self.errors_occurred and not _has_received(self.connection)) or super().is_usable()


def _has_received(connection: Any) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
