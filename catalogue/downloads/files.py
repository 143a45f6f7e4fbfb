"""Sends a file as the body of a response, whole or in part, with at most one block in memory."""

import os
from collections.abc import Callable
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from common.errors import TransientError
from common.http.ranges import requested_range
from common.paths import open_confined

BLOCK_SIZE = 2**18


def send_file(
    request: HttpRequest,
    root: Path,
    relative_path: str,
    content_type: str,
    headers: dict[str, str],
    check: Callable[[int], None] = lambda descriptor: None,
) -> HttpResponseBase:
    """Answer with a file below a folder, following the request's range and conditions.

    Parameters
    ----------
    headers
        Further headers of the answer, besides those that describe the file and the part.
    check
        Called with the descriptor of the open file; may add to `headers`. If it raises, nothing is sent.

    Raises
    ------
    RangeRefused
        If the part is beyond the end of the file.
    PathRefused, TransientError
        As `open_confined`.
    """
    file = _OpenFile(root, relative_path)
    try:
        check(file.fileno())
        response = _response(request, file, content_type, headers)
    except BaseException:
        file.close()
        raise
    if not response.streaming:
        file.close()
    return response


class _OpenFile:
    """A file at a confined path, opened once. The whole file is sent unless `choose` selects a part.

    A server that supports `sendfile` sends it from the descriptor, starting at its position.
    """

    def __init__(self, root: Path, relative_path: str) -> None:
        self._relative_path = relative_path
        self._descriptor = open_confined(root, relative_path)
        status = os.fstat(self._descriptor)
        self.size = status.st_size
        self.modified = int(status.st_mtime)
        # Changed content has another modification time; a file that replaced this one has another inode.
        self.etag = f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'
        self._left = self.size

    def choose(self, part: range) -> None:
        """Select the part to send."""
        os.lseek(self._descriptor, part.start, os.SEEK_SET)
        self._left = len(part)

    def fileno(self) -> int:
        """Return the descriptor, from whose position a server sends as many bytes as Content-Length says."""
        return self._descriptor

    def read(self, size: int = BLOCK_SIZE) -> bytes:
        """Return the next bytes; empty at the end of the part.

        Raises
        ------
        TransientError
            If the file became shorter. The connection then breaks off, so that the client notices.
        """
        if not self._left:
            return b""
        block = os.read(self._descriptor, min(size, BLOCK_SIZE, self._left))
        if not block:
            raise TransientError(f"“{self._relative_path}” became shorter during sending.")
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file. Can be called repeatedly."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _response(request: HttpRequest, file: _OpenFile, content_type: str, headers: dict[str, str]) -> HttpResponseBase:
    headers = headers | {
        "Accept-Ranges": "bytes",
        "Content-Length": str(file.size),
        "ETag": file.etag,
        "Last-Modified": http_date(file.modified),
    }
    bare = HttpResponse(content_type=content_type, headers=headers)
    conditional = get_conditional_response(request, file.etag, file.modified, bare)
    if conditional is not None and (conditional is not bare or request.method == "HEAD"):
        return conditional
    part = _part_to_send(request, file)
    if part is not None:
        file.choose(part)
        headers["Content-Length"] = str(len(part))
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    response = FileResponse(file, status=200 if part is None else 206, content_type=content_type, headers=headers)
    response.block_size = BLOCK_SIZE
    return response


def _part_to_send(request: HttpRequest, file: _OpenFile) -> range | None:
    """Return the requested part, or None for the whole file.

    With If-Range, the client wants the part only of a file that it knows, and otherwise the whole. A date does not
    identify a file: one that replaces another within a second, or keeps its time, has the same date. Clients that have
    an ETag must not send a date (RFC 9110, section 13.1.5); if they do, they get the whole file.
    """
    condition = request.headers.get("If-Range", "").strip()
    known = not condition or condition == file.etag
    return requested_range(request.headers.get("Range", ""), file.size) if known else None
