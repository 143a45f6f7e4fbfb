"""Finds out whether the client of a request still waits for the answer."""

import select
import socket
import ssl
from collections.abc import Mapping
from typing import Any


def client_is_there(environ: Mapping[str, Any]) -> bool:
    """Return whether the connection of a request is open; True if the server does not show it.

    Parameters
    ----------
    environ
        The WSGI environment. gunicorn gives the connection as ``gunicorn.socket``.
    """
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket) or isinstance(connection, ssl.SSLSocket):
        return True
    try:
        readable = select.poll()
        readable.register(connection, select.POLLIN)
        # A connection at its end is readable, and has nothing to read.
        return not readable.poll(0) or connection.recv(1, socket.MSG_PEEK) != b""
    except (OSError, ValueError):  # It was closed.
        return False
