"""The stand-in SVO: a real HTTP server, with methods by which tests inspect and control it."""

import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devtools.svo import keywords, samples
from devtools.svo.api import Api
from devtools.svo.faults import Fault, Faults, Kind
from devtools.svo.http import Answer, Request
from devtools.svo.keywords import KeywordDefinition
from devtools.svo.store import Dataset, Store

PREFIX = "/service/api/svo/"
USERNAME = "archive"
KEY = "stand-in-key"

_Connection = socket.socket | tuple[bytes, socket.socket]  # A datagram server has the latter.


class SvoServer:
    """The SVO on a free port of this machine, with the datasets CRISP and CHROMIS.

    ``with SvoServer() as svo:`` starts and stops it. Clients use `url` as SVO_API_URL.

    Attributes
    ----------
    requests
        Every request since the start or the last `forget_requests`, in the order of arrival.
    """

    def __init__(self, *, port: int = 0, username: str = USERNAME, key: str = KEY):
        self.username = username
        self.key = key
        self.requests: list[Request] = []
        self._store = Store()
        self._api = Api(self._store, PREFIX, username, key)
        self._faults = Faults()
        self._wake_up = threading.Event()
        self._port = port
        self._server: _HTTPServer | None = None
        self.add_dataset("CRISP", keywords.CRISP)
        self.add_dataset("CHROMIS", keywords.CHROMIS)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{PREFIX.rstrip('/')}"

    def __enter__(self) -> "SvoServer":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._store.close()

    def start(self) -> None:
        """Accept connections; after a `stop`, on the same port again."""
        self._wake_up.clear()
        self._server = _HTTPServer(self, self._port)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """End all connections and refuse new ones. The stored records stay."""
        self._wake_up.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.end_connections()
            self._server = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections within the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    # Content

    def add_dataset(self, name: str, definitions: Iterable[KeywordDefinition]) -> None:
        """Add a dataset, or replace the keywords of an existing one."""
        resource_name = f"metadata_{name.lower()}"
        self._store.datasets[name] = Dataset(name, resource_name, tuple(definitions))

    def add_records(self, dataset: str, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Add records as if they were posted, all or none. Raises BadRequest."""
        self._api.create_records(self._store.datasets[dataset], bodies)

    def fill(self, dataset: str, count: int, first: int = 0) -> list[str]:
        """Add `count` realistic records, each with a location, and return their OIDs."""
        types = self._store.datasets[dataset].types
        bodies = [samples.record_body(dataset, types, n, PREFIX) for n in range(first, first + count)]
        self.add_records(dataset, bodies)
        return [body["oid"] for body in bodies]

    def record(self, dataset: str, oid: str) -> dict[str, Any] | None:
        """Return a record as a GET shows it."""
        with self._api.lock:
            record = self._store.record(dataset, oid)
            return record and self._api.record_json(self._store.datasets[dataset], record)

    def oids(self, dataset: str) -> list[str]:
        """Return the OIDs of a dataset, in the server's order."""
        with self._api.lock:
            return self._store.oids(dataset)

    def locations(self, dataset: str) -> list[dict[str, Any]]:
        """Return the locations of a dataset, each with the OIDs of the records that use it as `used_by`."""
        with self._api.lock:
            locations = self._store.locations({"dataset": dataset}, limit=-1, offset=0)
            return [location | {"used_by": self._store.users_of(location["id"])} for location in locations]

    def delete_record(self, dataset: str, oid: str) -> None:
        """Delete a record without the client, leaving its location."""
        with self._api.lock:
            if not self._store.delete_record(dataset, oid):
                raise LookupError(oid)

    def set_tags(self, dataset: str, oid: str, names: Iterable[str]) -> None:
        """Replace a record's tags, as its curators do."""
        with self._api.lock:
            record = self._store.record(dataset, oid)
            if record is None:
                raise LookupError(oid)
            location_id = record.pop("location_id")
            self._store.save_record(dataset, oid, record | {"tags": list(names)}, location_id)

    def take_rights(self, dataset: str) -> None:
        """Take the account's rights on a dataset away."""
        self._api.read_only.add(dataset)

    def set_cached_count(self, dataset: str, count: int) -> None:
        """Make the list of a dataset show this count from now on."""
        self._api.cached_counts[(self._store.datasets[dataset].resource_name, "")] = count

    def ignore_filter(self, name: str) -> None:
        """Ignore a filter silently, as unknown ones are ignored."""
        self._api.unsupported_filters.add(name)

    def limit_pages(self, most: int) -> None:
        """Return at most so many records on a page."""
        self._api.max_metadata_limit = most

    # Received requests

    def counts(self) -> Counter[str]:
        """Return the number of requests by method."""
        return Counter(request.method for request in self.requests)

    def forget_requests(self) -> None:
        self.requests.clear()

    # Faults; see Fault for `times`, `methods` and `oids`

    def answer(self, status: int, content: Any = None, headers: Mapping[str, str] | None = None, **where: Any) -> None:
        """Answer with a status, without doing the work."""
        self._faults.add(Fault(Kind.ANSWER, status=status, content=content, headers=headers or {}, **where))

    def hang(self, seconds: float = 600, **where: Any) -> None:
        """Do not answer; the connection ends after `seconds`, or when the server stops."""
        self._faults.add(Fault(Kind.HANG, seconds=seconds, **where))

    def slow(self, seconds: float, **where: Any) -> None:
        """Do the work, and answer after `seconds`."""
        self._faults.add(Fault(Kind.SLOW, seconds=seconds, **where))

    def drop(self, **where: Any) -> None:
        """End the connection without doing the work."""
        self._faults.add(Fault(Kind.DROP, **where))

    def drop_after_work(self, **where: Any) -> None:
        """Do the work, and end the connection without an answer."""
        self._faults.add(Fault(Kind.DROP_AFTER_WORK, **where))

    def drop_in_answer(self, **where: Any) -> None:
        """Do the work, and end the connection in the middle of the answer."""
        self._faults.add(Fault(Kind.DROP_IN_ANSWER, **where))

    def shift_pages(self, by: int, times: int | None = 1, after: int = 1) -> None:
        """Make pages skip `by` records, or repeat them if negative, after `after` correct pages."""
        self._faults.add(Fault(Kind.SHIFT, times=after))
        self._faults.add(Fault(Kind.SHIFT, by=by, times=times))

    def clear_faults(self) -> None:
        self._faults.clear()

    def handle(self, request: Request) -> tuple[Answer | None, bool]:
        """Return the answer to a request, or None to end the connection, and whether the whole answer is sent."""
        self.requests.append(request)
        fault = self._faults.take(request)
        if fault is None:
            return self._api.answer(request), True
        kind = fault.kind
        if kind is Kind.ANSWER:
            return Answer(fault.status, fault.content, fault.headers), True
        if kind is Kind.HANG:
            self._wake_up.wait(fault.seconds)
        if kind in (Kind.HANG, Kind.DROP):
            return None, False
        answer = self._api.answer(request, shift=fault.by)
        if kind is Kind.SLOW:
            self._wake_up.wait(fault.seconds)
        return (None if kind is Kind.DROP_AFTER_WORK else answer), kind is not Kind.DROP_IN_ANSWER


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, svo: SvoServer, port: int):
        self.svo = svo
        self._connections: set[socket.socket] = set()
        self._numbers = iter(range(1, 2**62))
        super().__init__(("127.0.0.1", port), _Handler)

    def next_connection(self, connection: socket.socket) -> int:
        self._connections.add(connection)
        return next(self._numbers)

    def shutdown_request(self, request: _Connection) -> None:
        if isinstance(request, socket.socket):
            self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client or the handler's thread has ended it already.
                continue

    def handle_error(self, request: _Connection, client_address: tuple[str, int]) -> None:
        """Ignore connections that clients ended, and print any other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Send header and body in one piece.
    wbufsize = -1
    server: _HTTPServer

    def setup(self) -> None:
        super().setup()
        self._number = self.server.next_connection(self.connection)

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers), body, self._number)
        answer, whole = self.server.svo.handle(request)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body if whole else answer.body[: len(answer.body) // 2])
        self.close_connection |= not whole

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _handle

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because `SvoServer.requests` keeps all requests."""
