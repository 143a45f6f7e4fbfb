"""An open cube file, and parts of it as the body of a response. None holds more than a block of it in memory."""

import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from common.errors import TransientError
from common.http.ranges import ByteRange
from common.paths import open_confined

BLOCK_SIZE = 2**18


class OpenFile:
    """A file below a folder, opened once, its path confined; to be closed.

    Raises
    ------
    PathRefused, TransientError
        As `open_confined` does.
    """

    def __init__(self, root: Path, relative_path: str) -> None:
        self.relative_path = relative_path
        self.descriptor = open_confined(root, relative_path)
        status = os.fstat(self.descriptor)
        self.size = status.st_size
        self.modified = int(status.st_mtime)
        # A file of another content has another time, or, if it was put in the place of this one, another inode.
        self.etag = f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'

    def close(self) -> None:
        """Close the file; once more does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def read(self, place: int, size: int) -> bytes:
        """Return some of the bytes from a place on that must be there.

        Raises
        ------
        TransientError
            If the file has become shorter; the connection then breaks off, so that nobody takes the file for whole.
        """
        block = os.pread(self.descriptor, min(size, BLOCK_SIZE), place)
        if not block:
            raise TransientError(f"“{self.relative_path}” became shorter while it was sent.")
        return block


class OnePart:
    """A part of a file as a file: a server that can sends it by `sendfile`, from the descriptor and its position."""

    def __init__(self, file: OpenFile, part: ByteRange) -> None:
        self._file = file
        self._place, self._stop = part.start, part.stop
        os.lseek(file.descriptor, part.start, os.SEEK_SET)

    def fileno(self) -> int:
        """Return the descriptor; the response's Content-Length tells how much to send from its position."""
        return self._file.descriptor

    def read(self, size: int = BLOCK_SIZE) -> bytes:
        """Return the next bytes; empty at the end of the part."""
        if self._place == self._stop:
            return b""
        block = self._file.read(self._place, min(size, self._stop - self._place))
        self._place += len(block)
        return block

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class SeveralParts:
    """Several parts of a file as a body of the type multipart/byteranges (RFC 9110, section 14.6)."""

    def __init__(self, file: OpenFile, parts: Sequence[ByteRange], content_type: str) -> None:
        self._file = file
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/byteranges; boundary={boundary}"
        self._parts = [
            (
                f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
                f"Content-Range: {part.content_range(file.size)}\r\n\r\n".encode(),
                part,
            )
            for part in parts
        ]
        self._end = f"\r\n--{boundary}--\r\n".encode()

    @property
    def length(self) -> int:
        """The number of bytes of the whole body."""
        return sum(len(head) + part.length for head, part in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body block by block."""
        for head, part in self._parts:
            yield head
            place = part.start
            while place < part.stop:
                block = self._file.read(place, part.stop - place)
                place += len(block)
                yield block
        yield self._end

    def close(self) -> None:
        """Close the file."""
        self._file.close()
