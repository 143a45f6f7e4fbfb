"""Sends requests to the SVO: URLs, credentials, timeouts, retries, and the server's messages in errors."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util import Retry

from common.errors import PermanentError
from svo.errors import LocationTaken, SvoNotFound, SvoRefused, SvoUnauthorized, SvoUnavailable

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT, READ_TIMEOUT = 5, 30
# Delays of 0, 2, 4 and 8 seconds. If the server needs longer to recover, the caller retries later.
RETRIES = Retry(total=4, backoff_factor=1, backoff_max=30, retry_after_max=60)

_WORTH_RETRYING = {429, 502, 503, 504}
_LONGEST_WORDS = 1000


class SvoConnection:
    """One HTTP session with the SVO.

    Parameters
    ----------
    api_url
        The API's address, for example ``https://solarnet.oma.be/service/api/svo``.
    username, key
        Sent with requests that write; reading needs none.
    timeout
        Seconds to wait for a connection, and for each part of an answer.
    retries
        The number and the delays of retries. The server's Retry-After is honoured up to `retry_after_max`. Only these
        counts and delays are used: this class decides which failures are retried.

    Raises
    ------
    PermanentError
        Naming the setting that cannot be used.
    """

    def __init__(
        self,
        api_url: str,
        username: str,
        key: str,
        *,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        retries: Retry = RETRIES,
    ):
        self._api_url = _checked_url(api_url)
        self._key = _checked_credential("SVO_API_KEY", key)
        self._auth = _ApiKey(_checked_credential("SVO_USERNAME", username), key)
        self._timeout = timeout
        self.retries = retries
        self._session = requests.Session()
        self._session.headers.update({"Accept": "application/json", "Content-Type": "application/json"})

    def __repr__(self) -> str:
        return f"<SvoConnection to {self._api_url}>"

    def request(self, method: str, uri: str, *, params: Mapping[str, str | int] | None = None, body: Any = None) -> Any:
        """Send a request that is safe to repeat, and retry it after temporary failures.

        Parameters
        ----------
        uri
            A path below the API's address (``keyword/``), or a `resource_uri` from the server.
        body
            The content to send as JSON.

        Returns
        -------
        The content of the answer; None if it is empty.

        Raises
        ------
        SvoRefused, SvoUnavailable
            With the server's message.
        PermanentError
            If the body cannot be encoded as JSON.
        """
        retries = self.retries
        while True:
            try:
                return self.request_once(method, uri, params=params, body=body)
            except SvoUnavailable as failure:
                retries = self.pause(failure, retries)

    def request_once(
        self, method: str, uri: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> Any:
        """Send a request once, otherwise as `request`."""
        url = self._url(uri)
        what = f"{method} {unquote(urlsplit(url).path)}"
        try:
            data = None if body is None else json.dumps(body, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise PermanentError(f"{what} cannot be sent to the SVO: {error}.") from error
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                data=data,
                auth=_no_credentials if method == "GET" else self._auth,
                timeout=self._timeout,
                # A POST that follows a redirect loses its body, and the credentials are only for this host.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise SvoUnavailable(f"The SVO did not answer {what}: {error}", at_once=True) from error
        return self._content(what, response)

    def pause(self, failure: SvoUnavailable, retries: Retry) -> Retry:
        """Wait before the next attempt, and return the remaining retries.

        Raises
        ------
        SvoUnavailable
            The failure itself, if no retry is left or a retry would not help.
        """
        if not failure.at_once:
            raise failure
        try:
            retries = retries.increment(error=failure)
        except MaxRetryError:
            raise failure from failure.__cause__
        seconds = retries.get_backoff_time()
        if failure.retry_after:
            try:
                seconds = retries.parse_retry_after(failure.retry_after)
            except InvalidHeader:
                logger.info("The SVO's Retry-After “%s” cannot be read.", failure.retry_after)
        logger.warning("%s Trying again in %.0f s.", failure, seconds)
        time.sleep(seconds)
        return retries

    def _url(self, uri: str) -> str:
        """Resolve a URI. URIs from the server are paths on its host, not below the API's address."""
        url = urljoin(f"{self._api_url}/", uri)
        ours, theirs = urlsplit(self._api_url), urlsplit(url)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise SvoRefused(f"The SVO's answer refers to another server, {theirs.netloc}, which is not contacted.")
        return url

    def _content(self, what: str, response: requests.Response) -> Any:
        """Return the content of an answer, or raise its error."""
        status = response.status_code
        content = _json(response)
        if 200 <= status < 300:
            if content is None and response.content:
                raise SvoUnavailable(f"The SVO answered {what} with {status} and something that is not JSON.")
            return content
        words = self._words(content) or response.reason
        if 300 <= status < 400:
            target = response.headers.get("Location", "another address")
            raise SvoRefused(f"The SVO redirects {what} to {target}: set SVO_API_URL to the final address.")
        if status in (401, 403):
            raise SvoUnauthorized(
                f"The SVO did not allow {what} ({status}: {words}): check SVO_USERNAME and SVO_API_KEY, "
                "and whether this account has rights on the dataset."
            )
        if status == 404:
            if response.content:
                # The SVO's own 404 has no body: this is the page of a proxy or of another server.
                raise SvoUnavailable(
                    f"A server other than the SVO answered {what} with 404: check SVO_API_URL if this persists."
                )
            raise SvoNotFound(f"The SVO has nothing at {what.partition(' ')[2]}.")
        if status in _WORTH_RETRYING or status >= 500:
            raise SvoUnavailable(
                f"The SVO failed at {what} ({status}): {words}",
                at_once=status in _WORTH_RETRYING,
                retry_after=response.headers.get("Retry-After"),
            )
        refusal = LocationTaken if _is_location_conflict(content) else SvoRefused
        raise refusal(f"The SVO refused {what} ({status}): {words}")

    def _words(self, content: Any) -> str:
        """Return the server's message on one line."""
        words = "; ".join(_flatten(content)).replace(self._key, "…")
        return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


class _ApiKey(AuthBase):
    def __init__(self, username: str, key: str):
        self._value = f"ApiKey {username}:{key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep `requests` from reading credentials from ~/.netrc, as it does when it is given none."""
    return request


def _checked_url(api_url: str) -> str:
    try:
        parts = urlsplit(api_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        # urlsplit checks the port and the host only on access.
        usable = usable and (parts.port is None or parts.port > 0)
        requests.Request("GET", api_url).prepare()
    except (ValueError, requests.RequestException):
        usable = False
    if not usable:
        raise PermanentError("SVO_API_URL is not an address such as https://solarnet.oma.be/service/api/svo.")
    if parts.username is not None or parts.password is not None:
        raise PermanentError("SVO_API_URL must not hold a user or password: use SVO_USERNAME and SVO_API_KEY.")
    return api_url.rstrip("/")


def _checked_credential(setting: str, value: str) -> str:
    # A lower library that refuses the header would show the key in its error.
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise PermanentError(f"{setting} must be printable ASCII characters without spaces or line breaks.")
    return value


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None


def _flatten(content: Any, *path: str) -> Iterator[str]:
    """Turn ``{"metadata_crisp": {"oid": ["…", "…"]}}`` into “metadata_crisp oid: …” for each message."""
    match content:
        case None:
            return
        case dict():
            for name, value in content.items():
                if name != "traceback":
                    yield from _flatten(value, *path, *([] if name in ("error", "error_message") else [name]))
        case list():
            for value in content:
                yield from _flatten(value, *path)
        case _:
            message = " ".join(str(content).split())
            yield f"{' '.join(path)}: {message}" if path else message


def _is_location_conflict(content: Any) -> bool:
    match content:
        case {"data_location": {"__all__": _}}:
            return True
    return False
