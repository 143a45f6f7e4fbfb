"""POSTs to addresses that other people name: only to public hosts, without redirects, and within a bound of time.

The address that is connected to is checked, not the name: a name may lead elsewhere a moment later (DNS rebinding). The
standard library's client is used, because it takes a socket that is connected already.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from common.errors import on_one_line, quoted

TIMEOUT_SECONDS = 10.0
"""The longest that a POST takes in all: name, connection, TLS, request and answer."""

MAX_URL_LENGTH = 1000
MOST_OF_AN_ANSWER = 1024
"""Bytes of an answer that are read, to show what a receiver says is wrong."""

_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """Nothing may be sent to this URL. The message says why."""


class NotSent(Exception):
    """The receiver could not be reached, or gave no answer in time."""


@dataclass(frozen=True)
class Answer:
    """The status of an answer, and the first line of its body if it is not a success."""

    status: int
    words: str

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def check_url(url: str) -> SplitResult:
    """Return the parts of a URL that may be posted to. The addresses of its host are checked when it is connected to.

    Raises
    ------
    AddressRefused
        If nothing may be posted to this URL.
    """
    anywhere = settings.WEBHOOKS_TO_PRIVATE_ADDRESSES
    schemes = ("https", "http") if anywhere else ("https",)
    if len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(f"It must be at most {MAX_URL_LENGTH} printable ASCII characters without spaces.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused(f"{quoted(url)} cannot be read as a URL.") from None
    if parts.scheme not in schemes or not host:
        raise AddressRefused(f"It must be a URL that begins with {' or '.join(f'{one}://' for one in schemes)}.")
    if "@" in parts.netloc:
        raise AddressRefused("It must not hold a user or a password.")
    if port == 0 or not (anywhere or port in (None, 443) or port >= 1024):
        raise AddressRefused("Its port must be 443, or at least 1024.")
    with suppress(ValueError):
        _check_address(ip_address(host))
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float = TIMEOUT_SECONDS) -> Answer:
    """Send a POST, and return the answer. No redirect is followed.

    Raises
    ------
    AddressRefused
        If nothing may be sent there.
    NotSent
        If the receiver does not answer within `seconds`.
    """
    parts = check_url(url)
    deadline = time.monotonic() + seconds
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    try:
        with _connected(host, port, deadline) as plain, _in_time(plain, deadline), _with_tls(parts, plain) as stream:
            connection = HTTPConnection(host, port)
            connection.sock = stream
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Host": parts.netloc, **headers, "Connection": "close"})
            response = connection.getresponse()
            _remaining(deadline)  # An answer that was cut off at the deadline reads as a shorter one.
            words = b"" if 200 <= response.status < 300 else _beginning(response.read1)
    except TimeoutError:
        raise NotSent(f"There was no answer within {seconds:g} s.") from None
    except (OSError, HTTPException, ValueError) as error:  # ValueError: no name of a host.
        if time.monotonic() >= deadline:
            raise NotSent(f"There was no answer within {seconds:g} s.") from None
        raise NotSent(f"{type(error).__name__}: {on_one_line(error)}.") from error
    return Answer(response.status, on_one_line(words.decode(errors="replace")))


def _beginning(read: Callable[[int], bytes]) -> bytes:
    """Read the beginning of an answer; the status counts even if the rest of the answer does not come."""
    found = b""
    with suppress(OSError, HTTPException):
        while len(found) < MOST_OF_AN_ANSWER and (part := read(MOST_OF_AN_ANSWER - len(found))):
            found += part
    return found


@contextmanager
def _connected(host: str, port: int, deadline: float) -> Iterator[socket.socket]:
    """Connect to the first address of a host that may be connected to and answers."""
    found = _addresses(host, port, deadline)
    failure: OSError | None = None
    for address in found:
        try:
            connection = socket.create_connection((str(address), port), timeout=_remaining(deadline))
        except OSError as error:
            failure = error
            continue
        with connection:
            connection.settimeout(_remaining(deadline))
            yield connection
        return
    raise failure or OSError(f"{host} has no address")


def _addresses(host: str, port: int, deadline: float) -> list[IPv4Address | IPv6Address]:
    """Look up a host in a thread, because the system's resolver has no timeout, and leave out private addresses."""
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put([str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name=f"look-up of {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=_remaining(deadline))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    refused: AddressRefused | None = None
    allowed = []
    for address in map(ip_address, dict.fromkeys(answer)):
        try:
            _check_address(address)
        except AddressRefused as error:
            refused = error
        else:
            allowed.append(address)
    if refused and not allowed:
        raise refused
    return allowed


def _check_address(address: IPv4Address | IPv6Address) -> None:
    """Refuse an address that is not public, also one that an IPv6 address stands for."""
    if settings.WEBHOOKS_TO_PRIVATE_ADDRESSES:
        return
    inner = address
    if isinstance(address, IPv6Address):
        nat64 = IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
        inner = address.ipv4_mapped or address.sixtofour or nat64 or address
    if not inner.is_global or inner.is_multicast:
        raise AddressRefused(
            f"{address} is not a public address. Nothing is sent there unless WEBHOOKS_TO_PRIVATE_ADDRESSES is set."
        )


@contextmanager
def _in_time(connection: socket.socket, deadline: float) -> Iterator[None]:
    """End a connection at the deadline: a timeout of a socket bounds each part of an answer, but not their number."""
    # TLS takes the descriptor from the socket; a copy of it reaches the connection nevertheless.
    with socket.socket(fileno=socket.dup(connection.fileno())) as copy:

        def end() -> None:
            with suppress(OSError):
                copy.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def _with_tls(parts: SplitResult, connection: socket.socket) -> Iterator[socket.socket]:
    if parts.scheme != "https":
        yield connection
        return
    with ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname) as wrapped:
        yield wrapped


def _remaining(deadline: float) -> float:
    """Return the seconds until the deadline.

    Raises
    ------
    TimeoutError
        If it has passed.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
