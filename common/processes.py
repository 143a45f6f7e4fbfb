"""Names processes, over all machines."""

import os
import socket


def worker_name() -> str:
    """Return the name of this process, as histories and leases show it."""
    return f"{socket.gethostname()}:{os.getpid()}"
