"""The archive's HTTP API as the command needs it: post an order, look at it again."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT, READ_TIMEOUT = 5, 30
AWAY = {429, 500, 502, 503, 504}  # 500 is what an archive answers while its database restarts.
ENDED = {"completed", "failed"}


class Stop(Exception):
    """No cube can be submitted: the server is away, refuses the token, or is not an archive."""


class Refused(Exception):
    """The archive refuses this one cube."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server that is away: twice as long after each attempt.

    Attributes
    ----------
    first, longest
        Seconds between two attempts, at first and at most.
    total
        Seconds after which no further attempt is made.
    """

    first: float = 1
    longest: float = 60
    total: float = 900


@dataclass(frozen=True)
class Order:
    """An order as the archive describes it.

    Attributes
    ----------
    id
        The number of the order.
    status
        queued, started, completed or failed.
    oid
        The cube's observation id; empty until a cube was ingested.
    error
        Why it failed.
    retry_after
        Seconds after which the archive wants to be asked again; 0 where it does not say.
    """

    id: int
    status: str
    oid: str
    error: str
    retry_after: float

    @property
    def has_ended(self) -> bool:
        """Whether it is completed or failed."""
        return self.status in ENDED


class Archive:
    """One HTTP session with an archive.

    A request that got no answer is sent again: posting the same cube twice orders it once.

    Parameters
    ----------
    server
        The archive's address, such as ``https://archive.example.org``.
    token
        Of an account that may post orders.

    Raises
    ------
    Stop
        By every method, with a sentence, if no request can succeed.
    """

    def __init__(self, server: str, token: str, patience: Patience) -> None:
        self._api = f"{_checked_address(server)}/api/v1/"
        self._patience = patience
        self._session = requests.Session()
        self._session.auth = _Token(token)
        self._session.headers["Accept"] = "application/json"

    def post(self, relative_path: str, *, owners: list[str] | None = None, force: bool = False) -> Order:
        """Order the ingestion of a cube.

        Raises
        ------
        Refused
            If the archive does not take this cube, with what it says of each field.
        """
        body: dict[str, Any] = {"relative_path": relative_path}
        if owners:
            body["owner_email_addresses"] = owners
        if force:
            body["force"] = True
        return self._order("POST", "ingest/", body)

    def order(self, order_id: int) -> Order:
        """Return an order as it is now.

        Raises
        ------
        Refused
            If there is no such order any more.
        """
        return self._order("GET", f"work-orders/{order_id}/")

    def _order(self, method: str, path: str, body: dict[str, Any] | None = None) -> Order:
        response = self._send(method, path, body)
        content = _json(response)
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, content)
        try:
            return Order(
                id=int(content["id"]),
                status=str(content["status"]),
                oid=str(content["oid"]),
                error=str(content["error"]),
                retry_after=_seconds(response),
            )
        except (KeyError, TypeError, ValueError):
            raise Stop(f"{self._api} answers, but not as an archive does: check --server.") from None

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> requests.Response:
        """Send a request, again and again while the server is away."""
        started, delay = time.monotonic(), self._patience.first
        while True:
            try:
                # A POST that follows a redirect loses its body, and the token is for this server alone.
                response = self._session.request(
                    method,
                    self._api + path,
                    json=body,
                    timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                    allow_redirects=False,
                )
            except requests.exceptions.SSLError as error:
                raise Stop(f"The certificate of {self._api} cannot be trusted: {_reason(error)}.") from error
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                trouble = _reason(error)
            except requests.RequestException as error:
                raise Stop(f"No request can be sent to {self._api}: {_reason(error)}.") from error
            else:
                if response.status_code not in AWAY:
                    return response
                words = "; ".join(_flatten(_json(response))).rstrip(".")
                trouble = f"{response.status_code} {response.reason}{words and f': {words}'}"
                delay = max(delay, _seconds(response))
            waited = time.monotonic() - started
            if waited + delay > self._patience.total:
                raise Stop(f"The server {self._api} has been away for {waited:.0f} s: {trouble}.")
            logger.warning("The server is away (%s); trying again in %.0f s.", trouble, delay)
            time.sleep(delay)
            delay = min(delay * 2, self._patience.longest)

    def _refusal(self, response: requests.Response, content: Any) -> Exception:
        words = "; ".join(_flatten(content))
        match response.status_code:
            case 400 | 413:
                return Refused(words or response.reason)
            case 401:
                return Stop("The server does not accept the token (401): it is wrong, or its account is inactive.")
            case 403:
                return Stop(
                    "The account of the token may not do this (403): it needs the permissions "
                    f"workorders.add_workorder and workorders.view_workorder. {words}".rstrip()
                )
            case 404 if isinstance(content, dict):
                return Refused("the server has no such order")
            case status if 300 <= status < 400:
                target = response.headers.get("Location", "another address")
                return Stop(f"The server sends on to {target}: give its final address with --server.")
            case status:
                return Stop(f"{self._api} answers {status} {response.reason}, not as an archive does: check --server.")


class _Token(AuthBase):
    """Sets the header by itself: a session would let a ``~/.netrc`` replace a header of its own."""

    def __init__(self, token: str) -> None:
        self._value = f"Token {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _checked_address(server: str) -> str:
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        # An impossible port shows only when it is asked for.
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise Stop(f"--server {server}: this is not an address such as https://archive.example.org.")
    if parts.username is not None:
        raise Stop("--server must not hold a user: the token says who asks.")
    return server.rstrip("/")


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None


def _seconds(response: requests.Response) -> float:
    """Retry-After in seconds; a date, which archives do not send, counts as none."""
    value = response.headers.get("Retry-After", "")
    return min(float(value), 3600) if value.isascii() and value.isdigit() else 0


def _reason(error: BaseException) -> str:
    """Find the first cause, which is what a person can act on, in a few words."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split()).rstrip(".")


def _flatten(content: Any, name: str = "") -> Iterator[str]:
    """Turn ``{"relative_path": ["…"]}`` into “relative_path: …” for each message."""
    match content:
        case None:
            return
        case dict():
            for key, value in content.items():
                yield from _flatten(value, "" if key in ("detail", "non_field_errors") else f"{name} {key}".strip())
        case list():
            for value in content:
                yield from _flatten(value, name)
        case _:
            yield f"{name}: {content}" if name else str(content)
