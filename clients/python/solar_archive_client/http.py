"""Requests to one archive, with bounds on time and size. The token goes to the archive's own address only."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import requests

from solar_archive_client.errors import ArchiveError, ArchiveUnavailable, NotAllowed, NotFound, WrongRequest

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two parts of an answer."""
MAX_ANSWER_BYTES = 64 * 2**20
BLOCK_SIZE = 2**20


class Connection:
    """Sends requests to an archive.

    Parameters
    ----------
    url
        The archive's address, such as ``https://archive.example.org``.
    token
        The token of an account, for restricted files and for submission.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is not an address such as https://archive.example.org.")
        if token is not None and (not token.isascii() or not token.isprintable() or not token or " " in token):
            raise ValueError("The token must hold only the token: letters and digits.")
        self.url = url.rstrip("/")
        self._token = token
        self._session = requests.Session()
        self._session.trust_env = False  # ~/.netrc would replace the token.
        self._session.proxies = getproxies()

    def __repr__(self) -> str:
        return f"<Connection to {self.url}{' with a token' if self._token else ''}>"

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers of a request: the token, if the address is the archive's own."""
        token = self.token_for(url)
        return {"Authorization": f"Token {token}"} if token else {}

    def token_for(self, url: str) -> str | None:
        """Return the token, if there is one and the address is the archive's own."""
        return self._token if urlsplit(url)[:2] == urlsplit(self.url)[:2] else None

    def absolute(self, path_or_url: str) -> str:
        """Return the address of a path of the archive.

        Raises
        ------
        ArchiveError
            If it leads to another server.
        """
        url = urljoin(f"{self.url}/", path_or_url)
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise ArchiveError(f"The archive names an address of another server, {url}, which is not followed.")
        return url

    def json(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON that a path answers with; see `bytes`."""
        content = self.bytes(path, parameters, accept="application/json")
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise ArchiveError(f"{self.url} does not answer as a Solar archive does. Check the address.") from None

    def bytes(self, path: str, parameters: Mapping[str, Any] | None = None, accept: str = "*/*") -> bytes:
        """Return what a path answers with.

        Raises
        ------
        WrongRequest, NotAllowed, NotFound, ArchiveUnavailable, ArchiveError
            With the server's sentence.
        """
        with self.stream(self.absolute(path), parameters, {"Accept": accept}) as response:
            content = bytearray()
            for block in response.iter_content(BLOCK_SIZE):
                content += block
                if len(content) > MAX_ANSWER_BYTES:
                    raise ArchiveError(f"The answer of {self.url} has more than {MAX_ANSWER_BYTES} bytes.")
            return bytes(content)

    @contextmanager
    def stream(
        self, url: str, parameters: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[requests.Response]:
        """Yield an answer of 200 or 206 whose content is not read yet. Raises as `bytes`."""
        try:
            with self._session.get(
                url,
                params=parameters,
                headers={**self.headers_for(url), **(headers or {})},
                timeout=TIMEOUT,
                stream=True,
                allow_redirects=False,
            ) as response:
                if response.status_code not in (200, 206):
                    raise _error(response)
                yield response
        except requests.RequestException as error:
            raise ArchiveUnavailable(f"{self.url} does not answer: {type(error).__name__}.") from error


def _error(response: requests.Response) -> ArchiveError:
    sentence = _sentence(response)
    match response.status_code:
        case 400 | 406 | 414:
            return WrongRequest(sentence)
        case 401 | 403:
            return NotAllowed(sentence)
        case 404 | 410:
            return NotFound(sentence)
        case 429 | 500 | 502 | 503 | 504:
            return ArchiveUnavailable(sentence)
    return ArchiveError(sentence)


def _sentence(response: requests.Response) -> str:
    """Return the server's words, of the first 64 kB of the answer."""
    status = f"The archive answers {response.status_code} {response.reason}."
    content = next(response.iter_content(2**16), b"")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        text = content.decode("utf-8", "replace").strip()
        return text[:300] if text and not text.startswith("<") else status
    if not isinstance(answer, dict):
        return status
    if isinstance(answer.get("detail"), str):
        return answer["detail"]
    words = (
        f"{name}: {' '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in answer.items()
    )
    return "; ".join(words)[:1000] or status
