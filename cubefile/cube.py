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
from cubefile.hdu import HDU, HDU_STARTS, FileCutShort, checksum_agrees, read_bytes, read_hdu
from cubefile.header import CardValue
from cubefile.image import CubeImage, image_in_extensions, image_of
from cubefile.layout import Layout
from cubefile.written_header import BLOCK_SIZE, written_header

MAX_TABLE_BYTES = 16 * 2**20  # Real ones have at most some megabytes, in cubes of 100 GB.
MAX_TABLE_COLUMNS = 999  # FITS standard 4.0, section 7.3.1
_TABLE: dict[str, CardValue] = {"XTENSION": "BINTABLE", "BITPIX": 8, "NAXIS": 2}
# What describes a table and its columns (section 7.3.2) and is used here; how astropy is to print its values is not.
_TABLE_KEYWORDS = ("NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS", "THEAP")
_COLUMN_KEYWORDS = ("TTYPE", "TFORM", "TUNIT", "TNULL", "TSCAL", "TZERO", "TDIM")
MAX_EXTENSION_HEADER_BYTES = 8 * 2**20  # Real ones have some 200 kB.
MAX_PADDING_BLOCKS = 100
STILL_WRITTEN_SECONDS = 60
"""A file that looks cut short and was modified within this time is still being written."""


_DTYPES = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_PRIMARY_START, _EXTENSION_START = HDU_STARTS


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
    layout
        Set to that of the telescope once INSTRUME is read; until then that of a file without tables.
    """

    def __init__(self, descriptor: int, root: Path, relative_path: str) -> None:
        status = os.fstat(descriptor)
        self.descriptor = descriptor
        self.root = root
        self.relative_path = relative_path
        self.size = status.st_size
        self.modified_ns = status.st_mtime_ns
        self.layout = Layout()
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
        self._check_size(hdu, "primary HDU")
        return hdu

    @cached_property
    def image(self) -> CubeImage:
        """The image that is the cube: of the primary HDU, or of an extension if that is empty.

        Raises
        ------
        FileCutShort, PermanentError
            As for `primary` and, if that is empty, `extensions`; or if it is not known which image is the cube.
        """
        if self.primary.shape:
            return image_of(self.primary)
        return image_in_extensions(self.primary, self._all_extensions)

    @cached_property
    def extensions(self) -> dict[str, HDU]:
        """The extensions by EXTNAME in capital letters, the first of each name, from their headers alone.

        Raises
        ------
        FileCutShort
            If the file ends within one of them.
        PermanentError
            If the header of one of them is damaged, or they are more than any cube has.
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
            self._check_size(hdu, f"extension {quoted(hdu.name) if hdu.name else len(found) + 1}")
            found.append(hdu)
            offset = hdu.end
            header_bytes += len(hdu.header_bytes)
            if header_bytes > MAX_EXTENSION_HEADER_BYTES:
                raise PermanentError(
                    f"The headers of its extensions have more than {MAX_EXTENSION_HEADER_BYTES} bytes, "
                    "which no cube has."
                )
        return found

    def check_whole(self) -> None:
        """Make sure that no HDU is cut short or damaged, from the headers alone.

        Raises
        ------
        FileCutShort, PermanentError
            As for `primary` and `extensions`.
        """
        _ = self.primary, self._all_extensions

    def read_rows(self, index: tuple[int, ...], first: int, count: int) -> np.ndarray:
        """Read some rows of one frame, and nothing else of the image.

        Parameters
        ----------
        index
            Where the frame is on the axes before rows and columns, in numpy's order.
        first, count
            Which rows.

        Returns
        -------
        ndarray
            Stored values, shape (count, columns).

        Raises
        ------
        PermanentError
            If the image is compressed, and damaged or compressed in a way that is not read.
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
        """How many rows are decompressed together, at the least."""
        return 1 if self._tiles is None else self._tiles.tile[-2]

    @cached_property
    def _tiles(self) -> TiledImage | None:
        hdu = self.image.hdu
        return TiledImage(self.descriptor, hdu) if is_compressed(hdu) else None

    def table(self, name: str) -> fits.FITS_rec | None:
        """Read a binary table whole, once, or return None where the file has no such extension.

        Raises
        ------
        PermanentError
            If the extension is larger than a table of a cube can be, or is not a binary table.
        """
        name = name.upper()
        hdu = self.extensions.get(name)
        if hdu is None:
            return None
        if name not in self._tables:
            self._tables[name] = self._read_table(name, hdu)
        return self._tables[name]

    def table_column(self, table_name: str, column: str) -> np.ndarray | None:
        """Read one column of a binary table of one row, without the axis of the rows, or None where it is missing.

        Raises
        ------
        PermanentError
            As for `table`; or if there is not one row, or its values do not fit their description: astropy looks at
            them only now.
        """
        table = self.table(table_name)
        if table is None or column not in (self.column_names(table_name) or ()):
            return None
        if len(table) != 1:
            raise PermanentError(f"Extension {table_name} has {len(table)} rows; one was expected.")
        with damage(f"Column {column} of the extension {table_name} cannot be read"):
            return np.asarray(table[column][0])

    def column_names(self, table_name: str) -> list[str] | None:
        """Return the names of a table's columns in capital letters, or None if there is no table; errors as `table`."""
        table = self.table(table_name)
        return None if table is None else [name.upper() for name in table.names]

    def column_unit(self, table_name: str, column: str) -> str | None:
        """Return TUNITn of a table's column, or None if it has none."""
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
        """“verified”, “absent” or “mismatch”: whether this CHECKSUM agrees with its header and DATASUM."""
        if self.checksum is None:
            return "absent"
        return "verified" if checksum_agrees(self.image.hdu) else "mismatch"

    @cached_property
    def header_digest(self) -> str:
        """SHA-256 of the bytes of the primary header and of that of the image."""
        headers = [self.primary.header_bytes] + [self.image.hdu.header_bytes] * (self.image.hdu is not self.primary)
        return hashlib.sha256(b"".join(headers)).hexdigest()

    def check_unchanged(self) -> None:
        """Make sure that the path still leads to the file that was opened, and that nobody has written to it since.

        Raises
        ------
        TransientError
            If it was written to, replaced or removed.
        """
        if self.has_changed():
            raise TransientError(f"“{self.relative_path}” changed or vanished while it was read.")

    def has_changed(self) -> bool:
        """Tell whether somebody has written to the file, replaced or removed it since it was opened."""
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
        if not isinstance(fields, int) or not 0 <= fields <= MAX_TABLE_COLUMNS:  # astropy makes room for all of them.
            raise PermanentError(
                f"TFIELDS of the extension {name} is {quoted(fields)}; 0 to {MAX_TABLE_COLUMNS} columns are possible."
            )
        numbered = (f"{keyword}{number}" for number in range(1, fields + 1) for keyword in _COLUMN_KEYWORDS)
        header = written_header(_TABLE, hdu.header, [*_TABLE_KEYWORDS, *numbered], f"the extension {name}")
        data = read_bytes(self.descriptor, hdu.data_offset, min(hdu.end, self.size) - hdu.data_offset)
        with damage(f"Extension {name} cannot be read as a binary table"):
            return fits.BinTableHDU.fromstring(header + data.ljust(hdu.end - hdu.data_offset)).data

    def _next_extension(self, offset: int) -> int:
        """Return where the next extension begins; the size of the file if there is none.

        Some writers leave blocks of zeros between HDUs. Anything else that is not an extension are special records,
        which are the last of a file (FITS standard 4.0, section 3.5).
        """
        for _ in range(MAX_PADDING_BLOCKS):
            if offset >= self.size or self._begins(offset, _EXTENSION_START):
                return offset
            if any(read_bytes(self.descriptor, offset, min(BLOCK_SIZE, self.size - offset))):
                break
            offset += BLOCK_SIZE
        return self.size

    def _begins(self, offset: int, start: bytes) -> bool:
        """Tell whether the file has these bytes at `offset`, as far as it goes."""
        return start.startswith(read_bytes(self.descriptor, offset, min(len(start), self.size - offset)))

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

    What looks wrong in a file that somebody is writing to is not held against it.

    Raises
    ------
    PathRefused
        If the path is not one of a regular file below `root`.
    TransientError
        If the file cannot be opened now, or if what the block finds wrong may be due to a change of the file.
    """
    descriptor = open_confined(root, relative_path)
    cube = CubeFile(descriptor, root, relative_path)
    try:
        yield cube
    except PermanentError as error:
        recent = abs(time.time() - cube.modified_ns / 1e9) < STILL_WRITTEN_SECONDS
        if (isinstance(error, FileCutShort) and recent) or cube.has_changed():
            raise TransientError(
                f"“{relative_path}” changed while it was read, or is still being written: {error}"
            ) from error
        raise
    finally:
        cube.descriptor = -1  # A read that comes too late must not get another file that has this number by then.
        os.close(descriptor)
