"""The worker class of gunicorn: a request takes a thread once it is there, however slowly it came.

gunicorn's own worker reads a request in one of its few threads, and waits in its loop for a client to close: a handful
of connections that send slowly, or nothing at all, keeps everybody else waiting for as long as they like. Here what is
waited for is waited for in the loop, many connections at once, and within bounds of size and time.
"""

import re
import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.body_limit import MAX_BODY_BYTES

REQUEST_SECONDS = 30.0
"""How long a request may take to come."""

STALLED_SECONDS = 60.0
"""How long a client may take nothing of an answer."""

CLOSING_SECONDS = 5.0
"""How long a client that is still sending may take to see that it has been answered."""

MAX_HEAD_BYTES = 64 * 1024
MAX_WAITING_BYTES = 64 * 2**20
"""Of all requests of a process that have come in part."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
_EXPECT = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Arrival:
    """A request that has come in part.

    Attributes
    ----------
    deadline
        When its connection is given up, by the monotonic clock.
    wanted
        How many bytes it will have; None while its head is not there.
    """

    connection: TConn
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    wanted: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether a thread will not have to wait for the rest."""
        return self.wanted is not None and len(self.received) >= self.wanted

    def take(self, data: bytes) -> None:
        """Add what has come; ask for the body if the client waits for that."""
        searched = max(0, len(self.received) - len(_HEAD_END))
        self.received += data if self.received else data.lstrip(b"\r\n")
        if self.wanted is None and (end := self.received.find(_HEAD_END, searched)) >= 0:
            head = bytes(self.received[: end + len(_HEAD_END)])
            length = max(map(int, _LENGTH.findall(head)), default=0)
            # A body that is too large is refused by its length: nobody waits for it.
            self.wanted = len(head) + (length if length <= MAX_BODY_BYTES else 0)
            if not self.is_there and _EXPECT.search(head):
                self.connection.sock.send(_CONTINUE)


class PatientWorker(ThreadWorker):
    """A worker with threads that do not wait for slow clients."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrivals: OrderedDict[TConn, Arrival] = OrderedDict()
        self._waiting_bytes = 0
        self._closing: OrderedDict[TConn, float] = OrderedDict()

    # All but `handle_request` is called in the worker's loop.

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for a request on a connection that is new, or whose last request was answered."""
        conn.init()
        conn.sock.setblocking(False)
        arrival = Arrival(conn, time.monotonic() + REQUEST_SECONDS)
        self._arrivals[conn] = arrival
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, arrival))
        # What a client has sent ahead was read with its last request.
        self._take(arrival, conn.parser.unreader.take_buffered())

    def finish_request(self, conn: TConn, fs: Future) -> None:
        """Keep the connection for the next request, or close it without waiting for the client."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._begin_to_close(conn)

    def murder_pending(self) -> None:
        """Give up what has not come in time, or is too much; gunicorn calls it once a second at least."""
        super().murder_pending()
        now = time.monotonic()
        while self._closing and next(iter(self._closing.values())) <= now:
            self._close(next(iter(self._closing)))
        while self._arrivals:
            oldest = next(iter(self._arrivals.values()))
            full = self.nr_conns >= self.worker_connections or self._waiting_bytes > MAX_WAITING_BYTES
            if oldest.deadline > now and not full:
                break
            self._give_up(oldest)
        if not self.alive:
            for arrival in [arrival for arrival in self._arrivals.values() if not arrival.received]:
                self._give_up(arrival)

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer a request, in a thread, unless the client takes nothing of the answer for long."""
        if any(_has_more_body(name, value) for name, value in req.headers):
            req.force_close()
        conn.sock.settimeout(STALLED_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            self.log.info("A client took nothing of its answer for %s s; the connection is closed.", STALLED_SECONDS)
            return False

    def _receive(self, arrival: Arrival, client: socket) -> None:
        data = _read(client)
        if data:
            self._take(arrival, data)
        elif data is not None:
            self._give_up(arrival)

    def _take(self, arrival: Arrival, data: bytes) -> None:
        conn, before = arrival.connection, len(arrival.received)
        try:
            arrival.take(data)
            self._waiting_bytes += len(arrival.received) - before
            if arrival.wanted is None and len(arrival.received) > MAX_HEAD_BYTES:
                conn.sock.send(_HEAD_TOO_LARGE)
                self._forget(arrival)
                self._begin_to_close(conn)
        except OSError:
            self._give_up(arrival)
            return
        if arrival.is_there:
            self._forget(arrival)
            conn.parser.unreader.unread(bytes(arrival.received))
            super().enqueue_req(conn)

    def _give_up(self, arrival: Arrival) -> None:
        self._forget(arrival)
        self.nr_conns -= 1
        arrival.connection.close()

    def _forget(self, arrival: Arrival) -> None:
        del self._arrivals[arrival.connection]
        self._waiting_bytes -= len(arrival.received)
        self.poller.unregister(arrival.connection.sock)

    def _begin_to_close(self, conn: TConn) -> None:
        """Say that no more comes, and drop what the client still sends, so that it gets its answer (RFC 9112, 9.6)."""
        self._closing[conn] = time.monotonic() + CLOSING_SECONDS
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drop, conn))
        except (OSError, ValueError):  # It is closed already.
            self._close(conn)

    def _drop(self, conn: TConn, client: socket) -> None:
        if _read(client) == b"":
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        del self._closing[conn]
        if conn.sock.fileno() >= 0 and conn.sock.fileno() in self.poller.get_map():
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def _has_more_body(name: str, value: str) -> bool:
    """Whether a header tells of a body that `config.body_limit` refuses, so that the rest of it is never read."""
    return name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and int(value) > MAX_BODY_BYTES)


def _read(client: socket) -> bytes | None:
    """Return what has come; nothing if the client has closed, None if there is nothing yet."""
    try:
        return client.recv(2**16)
    except BlockingIOError:
        return None
    except OSError:
        return b""
