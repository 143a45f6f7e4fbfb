"""A cube file, opened once and read by parts."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
from astropy.io import fits

from datacubes.cube_file.hdu import BLOCK_SIZE, HDU, FileCutShort, checksum_agrees, read_bytes, read_hdu
from datacubes.cube_file.paths import open_confined
from datacubes.errors import PermanentError, TransientError

MAX_TABLE_BYTES = 64 * 2**20
MAX_EXTENSIONS = 1000
GROWTH_WATCH_SECONDS = 0.2


class CubeFile:
    """An open cube file; made by `open_cube`.

    Attributes
    ----------
    descriptor
        The file descriptor, for reads by offset.
    relative_path
        The path below the science data folder.
    size, modified_ns
        Bytes, and nanoseconds since 1970, when it was opened.
    """

    def __init__(self, descriptor: int, root: Path, relative_path: str) -> None:
        status = os.fstat(descriptor)
        self.descriptor = descriptor
        self.root = root
        self.relative_path = relative_path
        self.size = status.st_size
        self.modified_ns = status.st_mtime_ns

    @cached_property
    def primary(self) -> HDU:
        """The primary HDU, whose data is the cube.

        Raises
        ------
        FileCutShort
            If the file ends within the header or the data.
        PermanentError
            If it is not a FITS file or its header is damaged.
        """
        if self.size == 0:
            raise FileCutShort("The file is empty.")
        hdu = read_hdu(self.descriptor, 0)
        if not hdu.header_bytes.startswith(b"SIMPLE  ="):
            raise PermanentError("The file does not begin with a SIMPLE card: it is not a FITS file.")
        self._check_size(hdu, "primary HDU")
        return hdu

    @cached_property
    def extensions(self) -> dict[str, HDU]:
        """The extensions by EXTNAME, the first of each name, from their headers alone.

        Raises
        ------
        FileCutShort
            If the file ends within one of them.
        """
        found: dict[str, HDU] = {}
        offset = self.primary.end
        for _ in range(MAX_EXTENSIONS):
            # What follows the last HDU and is not an extension are special records (FITS standard 4.0, section 3.5).
            if offset + BLOCK_SIZE > self.size or read_bytes(self.descriptor, offset, 9) != b"XTENSION=":
                break
            hdu = read_hdu(self.descriptor, offset)
            self._check_size(hdu, f"extension {hdu.name or len(found) + 1}")
            found.setdefault(hdu.name, hdu)
            offset = hdu.end
        return found

    def table(self, name: str) -> fits.FITS_rec | None:
        """Read a binary table whole, or return None where the file has no such extension.

        Raises
        ------
        PermanentError
            If the extension is larger than a table of a cube can be, or is not a binary table.
        """
        hdu = self.extensions.get(name)
        if hdu is None:
            return None
        if hdu.data_size > MAX_TABLE_BYTES:
            raise PermanentError(f"Extension {name} has {hdu.data_size} bytes; at most {MAX_TABLE_BYTES} are read.")
        data = read_bytes(self.descriptor, hdu.data_offset, hdu.data_size)
        try:
            table = fits.BinTableHDU.fromstring(hdu.header_bytes + data.ljust(-(-len(data) // BLOCK_SIZE) * BLOCK_SIZE))
            return table.data
        except Exception as error:
            raise PermanentError(f"Extension {name} cannot be read as a binary table: {error}") from error

    def table_column(self, table_name: str, column: str) -> np.ndarray | None:
        """Read one column of a binary table of one row, without the axis of the rows, or None where it is missing."""
        table = self.table(table_name)
        if table is None or column not in table.names or len(table) == 0:
            return None
        return np.asarray(table[column][0])

    @property
    def checksum(self) -> str | None:
        """CHECKSUM of the primary HDU."""
        return self.primary.checksum

    @cached_property
    def checksum_status(self) -> str:
        """“verified”, “absent” or “mismatch”: whether the primary CHECKSUM agrees with its header and DATASUM."""
        if self.checksum is None:
            return "absent"
        return "verified" if checksum_agrees(self.primary) else "mismatch"

    @cached_property
    def header_digest(self) -> str:
        """SHA-256 of the primary header's bytes."""
        return hashlib.sha256(self.primary.header_bytes).hexdigest()

    def check_unchanged(self) -> None:
        """Make sure that the path still leads to the file that was opened, and that nobody has written to it since.

        Raises
        ------
        TransientError
            If it was written to, replaced or removed.
        """
        if self._has_changed():
            raise TransientError(f"“{self.relative_path}” changed or vanished while it was read.")

    def _has_changed(self) -> bool:
        try:
            now = os.stat(self.root / self.relative_path)
        except OSError:
            return True
        opened = os.fstat(self.descriptor)
        same = os.path.samestat(now, opened)
        return not same or (opened.st_size, opened.st_mtime_ns) != (self.size, self.modified_ns)

    def _check_size(self, hdu: HDU, what: str) -> None:
        missing = hdu.data_offset + hdu.data_size - self.size
        if missing > 0:
            raise FileCutShort(
                f"The file is cut short: the data of the {what} lacks {missing} of the {hdu.data_size} bytes "
                "that BITPIX and NAXIS promise."
            )


@contextmanager
def open_cube(root: Path, relative_path: str) -> Iterator[CubeFile]:
    """Open a cube below `root`, and close it in the end.

    Raises
    ------
    PathRefused
        If the path is not one of a regular file below `root`.
    TransientError
        If the file cannot be opened now, or ends too early because it is still being written.
    """
    descriptor = open_confined(root, relative_path)
    try:
        cube = CubeFile(descriptor, root, relative_path)
        try:
            yield cube
        except FileCutShort as error:
            time.sleep(GROWTH_WATCH_SECONDS)
            if cube._has_changed():
                raise TransientError(f"“{relative_path}” is still being written: {error}") from error
            raise
    finally:
        os.close(descriptor)
