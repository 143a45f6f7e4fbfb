"""A client for the part of the archive's HTTP API that the command needs: post orders, and poll them."""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT, READ_TIMEOUT = 5, 30
AWAY = {429, 500, 502, 503, 504}  # An archive answers 500 while its database restarts.
ENDED = {"completed", "failed", "cancelled"}
CUBES_AT_ONCE = 100
POLLED_AT_ONCE = 300
MAX_REQUEST_BYTES = 500_000
"""Half of what an archive accepts; many owners make the fields of each cube long."""


class Stop(Exception):
    """No cube can be submitted: the server is unavailable, refuses the token, or is not an archive."""


class Refused(Exception):
    """The archive refuses this one cube."""


@dataclass(frozen=True)
class Patience:
    """Bounds on waiting for an unavailable server. The wait doubles after each attempt.

    Attributes
    ----------
    first, longest
        First and longest wait between two attempts, in seconds.
    total
        Seconds after which the client gives up.
    """

    first: float = 1
    longest: float = 60
    total: float = 900


@dataclass(frozen=True)
class Order:
    """A work order, as the archive returns it.

    Attributes
    ----------
    id
        The number of the order.
    status
        queued, started, completed or failed.
    oid
        The cube's observation id; empty until a cube was ingested.
    error
        Why the order failed.
    """

    id: int
    status: str
    oid: str
    error: str

    @property
    def has_ended(self) -> bool:
        """Whether it is completed or failed."""
        return self.status in ENDED


class Orders:
    """One HTTP session with an archive.

    A request without an answer is sent again. This is safe, because the archive keeps one order for each cube.

    Parameters
    ----------
    server
        The archive's address, such as ``https://archive.example.org``.
    token
        The token of an account that may post orders.

    Raises
    ------
    Stop
        From every method, with a sentence, if no request can succeed.
    """

    def __init__(self, server: str, token: str, patience: Patience) -> None:
        self._api = f"{_checked_address(server)}/api/v1/"
        self._patience = patience
        self._session = requests.Session()
        self._session.auth = _Token(token)
        self._session.headers["Accept"] = "application/json"

    def post(self, paths: Iterable[str], fields: Mapping[str, Any]) -> Iterator[tuple[str, Order | Refused]]:
        """Order the ingestion of cubes, many in a request, and yield each path with its order or its refusal.

        Parameters
        ----------
        paths
            Different paths below the science data folder of the server.
        fields
            Further fields of each request, such as `force`.
        """
        paths = list(paths)
        at_once = max(1, min(CUBES_AT_ONCE, MAX_REQUEST_BYTES // len(json.dumps(dict(fields)))))
        for first in range(0, len(paths), at_once):
            yield from self._post_some(paths[first : first + at_once], fields)

    def _post_some(self, paths: list[str], fields: Mapping[str, Any]) -> Iterator[tuple[str, Order | Refused]]:
        wait = self._new_wait()
        while paths:
            body = {"orders": [{"relative_path": path, **fields} for path in paths]}
            results = self._results("POST", "ingest/batch/", body)
            if len(results) != len(paths):
                raise self._not_an_archive()
            again, trouble = [], ""
            for path, result in zip(paths, results, strict=True):
                status, words = result.get("status"), "; ".join(_flatten(result.get("refusal")))
                if status in AWAY:
                    again.append(path)
                    trouble = words.rstrip(".")
                elif status == requests.codes.forbidden:
                    raise _no_permission(words)
                elif status == requests.codes.accepted:
                    yield path, self._order(result.get("order"))
                else:
                    yield path, Refused(words)
            if again:
                wait(trouble)
            paths = again

    def states(self, order_ids: Sequence[int]) -> dict[int, Order]:
        """Return the current state of up to `POLLED_AT_ONCE` orders by number; an order that is gone is left out."""
        query = "&".join(f"id={number}" for number in order_ids)
        results = self._results("GET", f"work-orders/?page_size={POLLED_AT_ONCE}&{query}")
        return {order.id: order for order in map(self._order, results)}

    def _results(self, method: str, path: str, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the list of objects that the archive answers with."""
        response = self._send(method, path, body)
        content = _json(response)
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, content)
        match content:
            case {"results": list(results)} if all(isinstance(result, dict) for result in results):
                return results
        raise self._not_an_archive()

    def _order(self, content: Any) -> Order:
        try:
            return Order(
                id=int(content["id"]),
                status=str(content["status"]),
                oid=str(content["oid"]),
                error=str(content["error"]),
            )
        except (KeyError, TypeError, ValueError):
            raise self._not_an_archive() from None

    def _not_an_archive(self) -> Stop:
        return Stop(f"{self._api} answers, but is not an archive: check --server.")

    def _new_wait(self) -> "_Wait":
        return _Wait(self._api, self._patience)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> requests.Response:
        """Send a request, and repeat it while the server is unavailable."""
        wait = self._new_wait()
        while True:
            try:
                # A POST that follows a redirect loses its body, and the token is only for this server.
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
                wait(_reason(error))
            except requests.RequestException as error:
                raise Stop(f"No request can be sent to {self._api}: {_reason(error)}.") from error
            else:
                if response.status_code not in AWAY:
                    return response
                words = "; ".join(_flatten(_json(response))).rstrip(".")
                wait(f"{response.status_code} {response.reason}{words and f': {words}'}", _seconds(response))

    def _refusal(self, response: requests.Response, content: Any) -> Stop:
        words = "; ".join(_flatten(content))
        match response.status_code:
            case 401:
                return Stop("The server refuses the token (401): the token is wrong, or its account is inactive.")
            case 403:
                return _no_permission(words)
            case status if 300 <= status < 400:
                target = response.headers.get("Location", "another address")
                return Stop(f"The server redirects to {target}: give this final address with --server.")
            case status:
                return Stop(f"{self._api} answers {status} {response.reason} and is not an archive: check --server.")


class _Wait:
    """Waits for a server that is unavailable, longer each time, until the patience ends."""

    def __init__(self, api: str, patience: Patience) -> None:
        self._api, self._patience = api, patience
        self._began, self._delay = time.monotonic(), patience.first

    def __call__(self, trouble: str, at_least: float = 0) -> None:
        """Wait once.

        Raises
        ------
        Stop
            If the server has been unavailable for too long.
        """
        self._delay = max(self._delay, at_least)
        waited = time.monotonic() - self._began
        if waited + self._delay > self._patience.total:
            raise Stop(f"The server {self._api} has been unavailable for {waited:.0f} s: {trouble}.")
        logger.warning("The server is unavailable (%s); trying again in %.0f s.", trouble, self._delay)
        time.sleep(self._delay)
        self._delay = min(self._delay * 2, self._patience.longest)


class _Token(AuthBase):
    """Sets the header for each request; a session's own header would be replaced by one from ``~/.netrc``."""

    def __init__(self, token: str) -> None:
        self._value = f"Token {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _no_permission(words: str) -> Stop:
    return Stop(
        "The token's account may not post these orders (403): it needs the permissions "
        f"workorders.add_workorder and workorders.view_workorder. {words}".rstrip()
    )


def _checked_address(server: str) -> str:
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        # urlsplit checks the port only on access.
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise Stop(f"--server {server}: this is not an address such as https://archive.example.org.")
    if parts.username is not None:
        raise Stop("--server must not hold a user name: the token identifies the account.")
    return server.rstrip("/")


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None


def _seconds(response: requests.Response) -> float:
    """Return Retry-After in seconds; 0 for a date, which archives do not send."""
    value = response.headers.get("Retry-After", "")
    return min(float(value), 3600) if value.isascii() and value.isdigit() else 0


def _reason(error: BaseException) -> str:
    """Return the first cause in a few words, as it is the one that a person can act on."""
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
