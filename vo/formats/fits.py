"""Results as a FITS file with a binary table.

The header gives the number of rows and the widths of the texts, before the rows. So the rows are first kept in a
temporary file while both are counted, and are then written a thousand at a time.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
from astropy.io import fits

from catalogue.exports.fits_table import BLOCK_SIZE, ROWS_AT_ONCE
from catalogue.exports.text_tables import iso_time
from vo.adql import OutputColumn
from vo.formats import ResultRows
from vo.tables import Type

_TYPES = {Type.INTEGER: ("J", ">i4"), Type.LONG: ("K", ">i8"), Type.DOUBLE: ("D", ">f8")}
_MISSING = {Type.INTEGER: -(2**31), Type.LONG: -(2**63), Type.DOUBLE: np.nan}
"""The values that stand for a missing one: TNULL of integers, NaN of numbers."""


def write_fits(columns: Sequence[OutputColumn], rows: ResultRows) -> Iterator[bytes]:
    """Yield a FITS file: an empty primary HDU, and the binary table RESULT."""
    with TemporaryFile() as kept:
        number, widths = _keep(columns, rows, kept)
        types = [
            _TYPES.get(column.type) or (f"{width}A", f"S{width}") for column, width in zip(columns, widths, strict=True)
        ]
        dtype = np.dtype([(f"c{index}", numpy_type) for index, (_, numpy_type) in enumerate(types)])
        yield fits.PrimaryHDU().header.tostring().encode("ascii")
        header = _header(columns, [tform for tform, _ in types], number, dtype.itemsize, rows.overflow)
        yield header.tostring().encode("ascii")
        kept.seek(0)
        while some := [tuple(json.loads(line)) for line in islice(kept, ROWS_AT_ONCE)]:
            yield np.array(some, dtype).tobytes()
        yield b"\0" * (-number * dtype.itemsize % BLOCK_SIZE)


def _keep(columns: Sequence[OutputColumn], rows: ResultRows, kept: IO[bytes]) -> tuple[int, list[int]]:
    number, widths = 0, [1] * len(columns)
    for row in rows:
        values = [_stored(value, column.type) for value, column in zip(row, columns, strict=True)]
        widths = [
            max(width, len(value)) if isinstance(value, str) else width
            for width, value in zip(widths, values, strict=True)
        ]
        kept.write(json.dumps(values).encode() + b"\n")
        number += 1
    return number, widths


def _stored(value: Any, kind: Type) -> str | int | float:
    match value:
        case None:
            return _MISSING.get(kind, "")
        case datetime():
            return iso_time(value)
        case str():
            # Texts of FITS tables are ASCII (FITS standard 4.0, section 7.3.3.1).
            return value.encode("ascii", "replace").decode()
    return value


def _header(
    columns: Sequence[OutputColumn], tforms: list[str], number: int, row_length: int, overflow: bool
) -> fits.Header:
    described = [
        fits.Column(
            name=column.name[:68].encode("ascii", "replace").decode(),
            format=tform,
            unit=(column.column.unit if column.column else "") or None,
            null=_MISSING[column.type] if tform in "JK" else None,
        )
        for column, tform in zip(columns, tforms, strict=True)
    ]
    header = fits.BinTableHDU.from_columns(described, name="RESULT").header
    header["NAXIS1"], header["NAXIS2"] = row_length, number
    for index, column in enumerate(columns, 1):
        if column.column and column.column.ucd:
            header.set(f"TUCD{index}", column.column.ucd, after=f"TFORM{index}")
    header["TIMESYS"] = ("UTC", "Time scale of the texts with times")
    header["OVERFLOW"] = (overflow, "The query has more rows than these")
    return header
