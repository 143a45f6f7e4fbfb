"""Reads images that are compressed tile by tile in a binary table, as fpack and many archives write them.

Source: FITS standard 4.0, section 10.1.
"""

import io
import math
import re

import numpy as np
from astropy.io import fits

from common.errors import PermanentError, damage, quoted
from cubefile.hdu import HDU, integer, read_axes, read_bytes
from cubefile.header import CARD_SIZE, CardValue
from cubefile.written_header import padded_header, written_header

ALGORITHMS = ("RICE_1", "RICE_ONE", "GZIP_1", "GZIP_2", "NOCOMPRESS")
"""PLIO_1 is left out because it is for masks, HCOMPRESS_1 because its data decide how much memory it overwrites."""

MAX_TILES = 2_000_000  # In a cube; fpack makes one tile of each row.
MAX_TILES_OF_FRAME = 65_500
MAX_TILE_BYTES = 64_000_000
MAX_GZIP_TILE_BYTES = 2**20  # A tile that gzip compressed can grow a thousandfold when it is unpacked.
MAX_COLUMNS = 20  # The standard names nine.

_COLUMN_KEYWORDS = ("TTYPE", "TFORM", "TNULL", "TSCAL", "TZERO")
_KEYWORDS = (
    *("PCOUNT", "GCOUNT", "TFIELDS", "THEAP", "ZIMAGE", "ZCMPTYPE", "ZBITPIX", "ZNAXIS"),
    *("ZQUANTIZ", "ZDITHER0", "ZSCALE", "ZZERO", "ZBLANK", "BLANK"),
)
_PARAMETERS = 9  # ZNAMEi and ZVALi; RICE_1 has two.
# Keywords of the table, of the compression, and of the image that `image_header` writes itself.
_NOT_OF_THE_IMAGE = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|THEAP|T(?:TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|DIM)\d+"
    r"|CHECKSUM|DATASUM|Z(?:IMAGE|SIMPLE|TENSION|BLOCKED|BITPIX|PCOUNT|GCOUNT|CMPTYPE|MASKCMP|QUANTIZ|DITHER0"
    r"|SCALE|ZERO|BLANK)|Z(?:NAXIS|TILE|NAME|VAL)\d*"
)
_RENAMED = {"ZHECKSUM": "CHECKSUM", "ZDATASUM": "DATASUM", "ZEXTEND": "EXTEND"}


def is_compressed(hdu: HDU) -> bool:
    """Return whether a binary table is a compressed image."""
    return hdu.header.get("XTENSION") == "BINTABLE" and hdu.header.get("ZIMAGE") is True


def image_header(hdu: HDU) -> bytes:
    """Return the header of the unpacked image: its size, then the table's remaining cards, byte for byte.

    Raises
    ------
    PermanentError
        If the keywords that give the size of the image are missing or wrong.
    """
    bitpix, axes = read_axes(hdu.header, "Z")
    first = "SIMPLE  = T" if hdu.header.get("ZSIMPLE") is True else "XTENSION= 'IMAGE   '"
    sizes = [("BITPIX", bitpix), ("NAXIS", len(axes)), *((f"NAXIS{n}", axis) for n, axis in enumerate(axes, 1))]
    counts = [] if first.startswith("SIMPLE") else [("PCOUNT", 0), ("GCOUNT", 1)]
    cards = [first, *(f"{keyword:8}= {value:20}" for keyword, value in [*sizes, *counts])]
    text, keeping = hdu.header_bytes.decode("latin-1").replace("\0", " "), False
    for start in range(0, len(text), CARD_SIZE):
        card = text[start : start + CARD_SIZE]
        keyword = card[:8].rstrip()
        if keyword == "END":
            break
        if keyword != "CONTINUE":
            keeping = not _NOT_OF_THE_IMAGE.fullmatch(keyword)
        if keeping:
            cards.append(_RENAMED[keyword].ljust(8) + card[8:] if keyword in _RENAMED else card)
    return padded_header(cards)


class TiledImage:
    """Reads parts of a compressed image and decompresses only the tiles that they need.

    Attributes
    ----------
    tile
        The lengths of a tile in numpy's order.

    Raises
    ------
    PermanentError
        If the tiles exceed the bounds on size or number, use an unsupported algorithm, or contradict the header.
    """

    def __init__(self, descriptor: int, hdu: HDU) -> None:
        header = hdu.header
        bitpix, axes = read_axes(header, "Z")
        algorithm = header.get("ZCMPTYPE")
        if algorithm not in ALGORITHMS:
            raise PermanentError(
                f"ZCMPTYPE of the compressed image is {quoted(algorithm)}; supported are {', '.join(ALGORITHMS)}."
            )
        columns = integer(header, "TFIELDS")
        if not 1 <= columns <= MAX_COLUMNS:
            raise PermanentError(f"TFIELDS of the compressed image is {columns}; it must be from 1 to {MAX_COLUMNS}.")
        tile = [integer(header, f"ZTILE{n}", default=axes[0] if n == 1 else 1) for n in range(1, len(axes) + 1)]
        if min(tile) < 1:
            raise PermanentError(f"ZTILEn of the compressed image are {quoted(tile)}; they must be positive.")
        tile = [min(length, axis) for length, axis in zip(tile, axes, strict=True)]
        names = {header.get(f"TTYPE{n}") for n in range(1, columns + 1)}
        by_gzip = str(algorithm).startswith("GZIP") or "GZIP_COMPRESSED_DATA" in names
        tile_bytes, most = math.prod(tile) * abs(bitpix) // 8, MAX_GZIP_TILE_BYTES if by_gzip else MAX_TILE_BYTES
        counts = [-(-axis // length) for length, axis in zip(tile, axes, strict=True)]
        rows = integer(header, "NAXIS2")
        for what, number, bound in (
            ("bytes in a tile", tile_bytes, most),
            ("tiles", rows, MAX_TILES),
            ("tiles in a frame", math.prod(counts[:2]), MAX_TILES_OF_FRAME),
        ):
            if number > bound:
                raise PermanentError(f"The compressed image has {number} {what}; at most {bound} are read.")
        if rows != math.prod(counts):
            raise PermanentError(f"The compressed image has {rows} tiles; its header needs {math.prod(counts)}.")
        self.tile = tuple(reversed(tile))
        keywords = [*_KEYWORDS]
        keywords += [f"{name}{n}" for n in range(1, columns + 1) for name in _COLUMN_KEYWORDS]
        keywords += [f"{name}{n}" for n in range(1, len(axes) + 1) for name in ("ZNAXIS", "ZTILE")]
        keywords += [f"{name}{n}" for n in range(1, _PARAMETERS + 1) for name in ("ZNAME", "ZVAL")]
        width = integer(header, "NAXIS1")
        begin: dict[str, CardValue] = {"XTENSION": "BINTABLE", "BITPIX": 8, "NAXIS": 2, "NAXIS1": width, "NAXIS2": rows}
        front = written_header({"SIMPLE": True, "BITPIX": 8, "NAXIS": 0, "EXTEND": True})
        front += written_header(begin, header, keywords, "the compressed image")
        # astropy reads all tiles of a small image at once, so the bound is larger than one tile.
        self._file = _TableFile(descriptor, front, hdu, width * rows, 4 * max(tile_bytes, MAX_GZIP_TILE_BYTES))
        self._hdu: fits.CompImageHDU | None = None

    def read(self, index: tuple[int | slice, ...]) -> np.ndarray:
        """Return the stored values of a part of the image; `index` is numpy's.

        Raises
        ------
        PermanentError
            If the tiles are damaged.
        TransientError
            If the storage answers with an error.
        """
        with damage("The compressed image cannot be read"):
            if self._hdu is None:
                self._hdu = fits.open(self._file, memmap=False, do_not_scale_image_data=True)[1]
            return np.asarray(self._hdu.section[index])


class _TableFile(io.RawIOBase):
    """The table of a compressed image as a file: our own header, then the data of the cube file.

    astropy reads the table, and then the tiles at the offsets and with the sizes that the table gives.
    """

    mode = "rb"

    def __init__(self, descriptor: int, front: bytes, hdu: HDU, table_size: int, largest_piece: int) -> None:
        super().__init__()
        self._descriptor, self._front, self._hdu = descriptor, front, hdu
        self._table_size, self._largest_piece = table_size, largest_piece
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        beginnings = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._front) + self._hdu.data_size}
        self._place = beginnings[whence] + offset
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Raise a PermanentError if a tile is larger than its pixels can need."""
        begin = self._place - len(self._front)
        left = self._hdu.data_size - begin
        size = left if size < 0 else min(size, left)
        if begin < 0:
            piece = self._front[self._place : self._place + size]
        else:
            if begin >= self._table_size and size > self._largest_piece:
                raise PermanentError(f"A tile has {size} bytes; at most {self._largest_piece} are read.")
            piece = read_bytes(self._descriptor, self._hdu.data_offset + begin, max(size, 0))
        self._place += len(piece)
        return piece
