"""A request and an answer, without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class BadRequest(Exception):
    """The server cannot accept the body of a request; `error` is its answer."""

    def __init__(self, error: Mapping[str, Any]):
        super().__init__(json.dumps(error))
        self.error = error


@dataclass(frozen=True)
class Request:
    """A request as received.

    Attributes
    ----------
    target
        Path and query, still percent-encoded.
    connection
        Number of the request's connection.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    connection: int = 0

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """Return the body, which must be an object. NaN and Infinity are accepted, as Python's reader does."""
        try:
            content = json.loads(self.body)
        except ValueError as error:
            raise BadRequest({"error": f"Request is not valid JSON: {error}"}) from None
        if not isinstance(content, dict):
            raise BadRequest({"error": "The body must be a JSON object."})
        return content


@dataclass(frozen=True)
class Answer:
    """An answer: content as JSON, None as an empty HTML page, bytes as HTML."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content, ensure_ascii=False).encode()

    @property
    def content_type(self) -> str:
        return "text/html; charset=utf-8" if isinstance(self.content, bytes | None) else "application/json"
