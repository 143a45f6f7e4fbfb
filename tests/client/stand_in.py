"""A server for the submission client that answers as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

ORDER = {"id": 7, "status": "queued", "oid": "", "error": ""}
Answer = tuple[int, dict[str, str], Any]


def accepted(*orders: dict[str, Any]) -> Answer:
    """Answer that a batch of orders is accepted."""
    return 207, {}, {"results": [{"status": 202, "order": order} for order in orders]}


def polled(*orders: dict[str, Any]) -> Answer:
    """Answer with the states of orders."""
    return 200, {}, {"results": list(orders)}


class Server:
    """Answers each request as the test says, and keeps what it was asked."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.answer: Callable[[int], Answer] = lambda number: accepted(ORDER)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.requests.append((self.command, self.path, dict(self.headers), body and json.loads(body)))
                status, headers, content = server.answer(len(server.requests))
                if status == 0:  # No answer: the connection ends.
                    self.close_connection = True
                    return
                self.send_response(status)
                content = json.dumps(content).encode() if not isinstance(content, bytes) else content
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that takes every order."""
    server = Server()
    yield server
    server.close()
