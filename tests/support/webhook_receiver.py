"""A receiver of webhooks: a real server on a port of its own, which behaves well or badly."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Message:
    """A message as it was received."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """Return the content, verified as receivers do it."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What the server has received, and how it answers.

    Attributes
    ----------
    answer
        Writes the answer to a request; by default 204.
    """

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = field(default_factory=lambda: answering(204))

    def contents(self) -> list[dict[str, Any]]:
        """Return the contents of all messages, without verifying them."""
        return [json.loads(message.body) for message in self.messages]


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a status at once."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hanging(handler: BaseHTTPRequestHandler) -> None:
    """Give no answer for long."""
    time.sleep(30)


def dripping(beginning: bytes, part: bytes, pause: float = 0.01) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send the same part again and again, without end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning)
        while True:
            handler.wfile.write(part)
            time.sleep(pause)

    return answer


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver during the block, over TLS if there is a context for it."""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.messages.append(Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            try:
                received.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    received.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
