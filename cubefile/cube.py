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

from common.errors import PermanentError, TransientError, damage, quoted
from common.paths import open_confined
from cubefile.compressed import TiledImage, is_compressed
from cubefile.hdu import HDU, HDU_STARTS, FileCutShort, checksum_agrees, datasum_agrees, read_bytes, read_hdu
from cubefile.header import CardValue
from cubefile.image import CubeImage, image_in_extensions, image_of
from cubefile.layout import Layout
from cubefile.written_header import BLOCK_SIZE, written_header

MAX_TABLE_BYTES = 16 * 2**20  # Tables in cubes of 100 GB have a few megabytes.
MAX_TABLE_COLUMNS = 999  # FITS standard 4.0, section 7.3.1
_TABLE: dict[str, CardValue] = {"XTENSION": "BINTABLE", "BITPIX": 8, "NAXIS": 2}
# The keywords that describe a table and its columns (section 7.3.2), without those for printing (TDISPn).
_TABLE_KEYWORDS = ("NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS", "THEAP")
_COLUMN_KEYWORDS = ("TTYPE", "TFORM", "TUNIT", "TNULL", "TSCAL", "TZERO", "TDIM")
MAX_EXTENSION_HEADER_BYTES = 8 * 2**20  # Real cubes have some 200 kB.
MAX_PADDING_BLOCKS = 100
STILL_WRITTEN_SECONDS = 60
"""A file that looks cut short and was modified within this time is still being written."""


_DTYPES = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_PRIMARY_START, _EXTENSION_START = HDU_STARTS


class CubeFile:
    """An open cube file, from `open_cube`.

    Attributes
    ----------
    descriptor
        The file descriptor, for reads by offset.
    relative_path
        The path below the science data folder.
    size, modified_ns
        Size in bytes and modification time in nanoseconds since 1970, as of the opening.
    layout
        The telescope's layout once INSTRUME is read; before that, the layout of a file without tables.
    damaged_tables
        Names of the tables that were read so far whose data do not agree with their DATASUM.
    """

    def __init__(self, descriptor: int, root: Path, relative_path: str) -> None:
        status = os.fstat(descriptor)
        self.descriptor = descriptor
        self.root = root
        self.relative_path = relative_path
        self.size = status.st_size
        self.modified_ns = status.st_mtime_ns
        self.layout = Layout()
        self.damaged_tables: set[str] = set()
        self._tables: dict[str, fits.FITS_rec] = {}

    @cached_property
    def primary(self) -> HDU:
        """The primary HDU.

        Raises
        ------
        FileCutShort
            If the file ends within the header or the data.
        PermanentError
            If it is not a FITS file or its header is damaged.
        """
        if self.size == 0:
            raise FileCutShort("The file is empty.")
        if not self._begins(0, _PRIMARY_START):
            raise PermanentError("The file does not begin with a SIMPLE card: it is not a FITS file.")
        hdu = read_hdu(self.descriptor, 0)
        self._check_size(hdu)
        return hdu

    @cached_property
    def image(self) -> CubeImage:
        """The image that is the cube: that of the primary HDU or, if this is empty, of an extension.

        Raises
        ------
        FileCutShort, PermanentError
            As `primary` and, if that is empty, `extensions`.
        PermanentError
            If it is unclear which image is the cube.
        """
        if self.primary.shape:
            return image_of(self.primary)
        return image_in_extensions(self.primary, self._all_extensions)

    @cached_property
    def extensions(self) -> dict[str, HDU]:
        """The first extension of each EXTNAME, by EXTNAME in capital letters. Reads headers only.

        Raises
        ------
        FileCutShort
            If the file ends within one of them.
        PermanentError
            If the header of one of them is damaged, or their headers exceed `MAX_EXTENSION_HEADER_BYTES`.
        """
        found: dict[str, HDU] = {}
        for hdu in self._all_extensions:
            found.setdefault(hdu.name.upper(), hdu)
        return found

    @cached_property
    def _all_extensions(self) -> list[HDU]:
        found: list[HDU] = []
        offset, header_bytes = self.primary.end, 0
        while (offset := self._next_extension(offset)) < self.size:
            hdu = read_hdu(self.descriptor, offset)
            self._check_size(hdu, len(found) + 1)
            found.append(hdu)
            offset = hdu.end
            header_bytes += len(hdu.header_bytes)
            if header_bytes > MAX_EXTENSION_HEADER_BYTES:
                raise PermanentError(
                    f"The headers of the file's extensions have more than {MAX_EXTENSION_HEADER_BYTES} bytes, "
                    "the most that is read."
                )
        return found

    def check_whole(self) -> list[HDU]:
        """Check that every HDU is whole, reading the headers only, and return them in the order of the file.

        Raises
        ------
        FileCutShort, PermanentError
            As `primary` and `extensions`.
        """
        return [self.primary, *self._all_extensions]

    def read_rows(self, index: tuple[int, ...], first: int, count: int) -> np.ndarray:
        """Read some rows of one frame, and no other part of the image.

        Parameters
        ----------
        index
            The frame's position on the axes before rows and columns, in numpy's order.
        first, count
            The first row, counted from 0, and the number of rows.

        Returns
        -------
        ndarray
            Stored values, shape (count, columns).

        Raises
        ------
        PermanentError
            If the image is compressed, and the tiles are damaged or their algorithm is not supported.
        TransientError
            If the storage answers with an error.
        """
        image = self.image
        if self._tiles is not None:
            return self._tiles.read((*index, slice(first, first + count)))
        dtype = np.dtype(_DTYPES[image.bitpix])
        place, columns = 0, image.shape[-1]
        for position, length in zip((*index, first), image.shape[:-1], strict=True):
            place = place * length + position
        offset = image.hdu.data_offset + place * columns * dtype.itemsize
        stored = read_bytes(self.descriptor, offset, count * columns * dtype.itemsize)
        return np.frombuffer(stored, dtype).reshape(count, columns)

    @property
    def rows_at_once(self) -> int:
        """The smallest number of rows that can be decompressed together."""
        return 1 if self._tiles is None else self._tiles.tile[-2]

    @cached_property
    def _tiles(self) -> TiledImage | None:
        hdu = self.image.hdu
        return TiledImage(self.descriptor, hdu) if is_compressed(hdu) else None

    def table(self, name: str) -> fits.FITS_rec | None:
        """Return a whole binary table, read at the first call; None if the file has no such extension.

        Raises
        ------
        PermanentError
            If the extension has more than `MAX_TABLE_BYTES`, or is not a binary table.
        """
        name = name.upper()
        hdu = self.extensions.get(name)
        if hdu is None:
            return None
        if name not in self._tables:
            self._tables[name] = self._read_table(name, hdu)
        return self._tables[name]

    def table_column(self, table_name: str, column: str) -> np.ndarray | None:
        """Return one column of a binary table of one row, without the axis of the rows; None if it is missing.

        Raises
        ------
        PermanentError
            As `table`; also if the table has no or several rows, or if the column's values do not fit its description,
            which astropy checks only here.
        """
        table = self.table(table_name)
        if table is None or column not in (self.column_names(table_name) or ()):
            return None
        if len(table) != 1:
            raise PermanentError(f"Extension {table_name} has {len(table)} rows; one was expected.")
        with damage(f"Column {column} of the extension {table_name} cannot be read"):
            return np.asarray(table[column][0])

    def column_names(self, table_name: str) -> list[str] | None:
        """Return the names of a table's columns in capital letters; None without the table. Raises as `table`."""
        table = self.table(table_name)
        return None if table is None else [name.upper() for name in table.names]

    def column_unit(self, table_name: str, column: str) -> str | None:
        """Return TUNITn of a table's column; None if it is missing."""
        header = self.extensions[table_name].header
        names = self.column_names(table_name) or []
        unit = header.get(f"TUNIT{names.index(column) + 1}") if column in names else None
        return unit if isinstance(unit, str) else None

    @property
    def checksum(self) -> str | None:
        """CHECKSUM of the HDU that holds the image."""
        return self.image.hdu.checksum

    @cached_property
    def checksum_status(self) -> str:
        """Whether CHECKSUM agrees with its header and DATASUM: “verified”, “absent” or “mismatch”."""
        if self.checksum is None:
            return "absent"
        return "verified" if checksum_agrees(self.image.hdu) else "mismatch"

    @cached_property
    def header_digest(self) -> str:
        """SHA-256 of the bytes of the primary header and of the image's header."""
        headers = [self.primary.header_bytes] + [self.image.hdu.header_bytes] * (self.image.hdu is not self.primary)
        return hashlib.sha256(b"".join(headers)).hexdigest()

    def check_unchanged(self) -> None:
        """Check that the path still leads to the opened file, and that the file is unmodified since.

        Raises
        ------
        TransientError
            If the file was modified, replaced or removed.
        """
        if self.has_changed():
            raise TransientError(f"“{self.relative_path}” was changed or removed during reading.")

    def has_changed(self) -> bool:
        """Return whether the file was modified, replaced or removed since it was opened."""
        try:
            now = os.stat(self.root / self.relative_path)
        except OSError:
            return True
        opened = os.fstat(self.descriptor)
        same = os.path.samestat(now, opened)
        return not same or (opened.st_size, opened.st_mtime_ns) != (self.size, self.modified_ns)

    def _read_table(self, name: str, hdu: HDU) -> fits.FITS_rec:
        if hdu.data_size > MAX_TABLE_BYTES:
            raise PermanentError(f"Extension {name} has {hdu.data_size} bytes; at most {MAX_TABLE_BYTES} are read.")
        if [hdu.header.get(keyword) for keyword in ("XTENSION", "BITPIX", "NAXIS")] != ["BINTABLE", 8, 2]:
            raise PermanentError(f"Extension {name} is not a binary table.")
        fields = hdu.header.get("TFIELDS")
        if not isinstance(fields, int) or not 0 <= fields <= MAX_TABLE_COLUMNS:  # astropy allocates them all.
            raise PermanentError(
                f"TFIELDS of the extension {name} is {quoted(fields)}; it must be from 0 to {MAX_TABLE_COLUMNS}."
            )
        numbered = (f"{keyword}{number}" for number in range(1, fields + 1) for keyword in _COLUMN_KEYWORDS)
        header = written_header(_TABLE, hdu.header, [*_TABLE_KEYWORDS, *numbered], f"the extension {name}")
        data = read_bytes(self.descriptor, hdu.data_offset, min(hdu.end, self.size) - hdu.data_offset)
        if not datasum_agrees(hdu, data):
            self.damaged_tables.add(name)
        with damage(f"Extension {name} cannot be read as a binary table"):
            return fits.BinTableHDU.fromstring(header + data.ljust(hdu.end - hdu.data_offset)).data

    def _next_extension(self, offset: int) -> int:
        """Return the offset of the next extension; the size of the file if there is none.

        Some writers leave blocks of zeros between HDUs; these are skipped. Any other block that does not start an
        extension is a special record, which ends the file's HDUs (FITS standard 4.0, section 3.5).
        """
        for _ in range(MAX_PADDING_BLOCKS):
            if offset >= self.size or self._begins(offset, _EXTENSION_START):
                return offset
            if any(read_bytes(self.descriptor, offset, min(BLOCK_SIZE, self.size - offset))):
                break
            offset += BLOCK_SIZE
        return self.size

    def _begins(self, offset: int, start: bytes) -> bool:
        """Return whether the bytes at `offset` are `start`, or its beginning if the file ends there."""
        return start.startswith(read_bytes(self.descriptor, offset, min(len(start), self.size - offset)))

    def _check_size(self, hdu: HDU, number: int = 0) -> None:
        missing = hdu.data_offset + hdu.data_size - self.size
        if missing > 0:
            what = f"extension {quoted(hdu.name) if hdu.name else number}" if number else "primary HDU"
            raise FileCutShort(
                f"The file is cut short: the data of the {what} lacks {missing} of the {hdu.data_size} bytes "
                "that BITPIX and NAXIS require."
            )


@contextmanager
def open_cube(root: Path, relative_path: str) -> Iterator[CubeFile]:
    """Open a cube below `root`, and close it when the block ends.

    An error in a file that is still being written is transient.

    Raises
    ------
    PathRefused
        If the path does not lead to a regular file below `root`.
    TransientError
        If the file cannot be opened now, or if the block raises an error that a change of the file may have caused.
    """
    descriptor = open_confined(root, relative_path)
    cube = CubeFile(descriptor, root, relative_path)
    try:
        yield cube
    except PermanentError as error:
        recent = abs(time.time() - cube.modified_ns / 1e9) < STILL_WRITTEN_SECONDS
        if (isinstance(error, FileCutShort) and recent) or cube.has_changed():
            raise TransientError(
                f"“{relative_path}” was changed during reading, or is still being written: {error}"
            ) from error
        raise
    finally:
        cube.descriptor = -1  # A late read must not reach another file that reuses this number.
        os.close(descriptor)
