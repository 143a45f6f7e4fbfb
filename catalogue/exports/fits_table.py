"""Lists of cubes as a FITS file with a binary table.

The header of a FITS table gives the number of rows and the widths of the texts, before the rows. So the rows are first
kept in a temporary file while both are counted, and are then written a thousand at a time.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from astropy.io import fits

from catalogue.exports.columns import COLUMNS, Kind, Row, Value
from catalogue.exports.text_tables import iso_time

ROWS_AT_ONCE = 1000
BLOCK_SIZE = 2880

_TYPES = {Kind.INTEGER: ("K", ">i8"), Kind.FLOAT: ("D", ">f8"), Kind.LOGICAL: ("L", "S1")}


def write_fits(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a FITS file: an empty primary HDU, and the binary table DATA_CUBES. A missing number is NaN."""
    values = ([_stored(column.value(row)) for column in COLUMNS] for row in rows)
    return write_binary_table(values, [_TYPES.get(column.kind) for column in COLUMNS], _header)


def write_binary_table(
    rows: Iterable[Sequence[str | int | float]],
    types: Sequence[tuple[str, str] | None],
    header: Callable[[list[str], int, int], fits.Header],
) -> Iterator[bytes]:
    """Yield a FITS file: an empty primary HDU, and a binary table.

    Parameters
    ----------
    rows
        The values of each row; texts are ASCII.
    types
        The TFORM and the type in numpy of each column; None: a text, as wide as its longest value.
    header
        Called after the last row, with the TFORM of each column, the number of rows, and the bytes of a row. Returns
        the header of the table.
    """
    with TemporaryFile() as kept:
        number, widths = _keep(rows, len(types), kept)
        whole = [one or (f"{width}A", f"S{width}") for one, width in zip(types, widths, strict=True)]
        dtype = np.dtype([(f"c{index}", numpy_type) for index, (_, numpy_type) in enumerate(whole)])
        yield fits.PrimaryHDU().header.tostring().encode("ascii")
        yield header([tform for tform, _ in whole], number, dtype.itemsize).tostring().encode("ascii")
        kept.seek(0)
        while some := [tuple(json.loads(line)) for line in islice(kept, ROWS_AT_ONCE)]:
            yield np.array(some, dtype).tobytes()
        yield b"\0" * (-number * dtype.itemsize % BLOCK_SIZE)


def _keep(rows: Iterable[Sequence[str | int | float]], columns: int, kept: IO[bytes]) -> tuple[int, list[int]]:
    number, widths = 0, [1] * columns
    for row in rows:
        widths = [
            max(width, len(value)) if isinstance(value, str) else width
            for width, value in zip(widths, row, strict=True)
        ]
        kept.write(json.dumps(row).encode() + b"\n")
        number += 1
    return number, widths


def _stored(value: Value) -> str | int | float:
    match value:
        case None:
            return np.nan
        case bool():
            return "T" if value else "F"
        case str():
            # Texts of FITS tables are ASCII (FITS standard 4.0, section 7.3.3.1).
            return value.encode("ascii", "replace").decode()
        case int() | float():
            return value
    return iso_time(value)


def _header(tforms: list[str], number: int, row_length: int) -> fits.Header:
    columns = [
        fits.Column(name=column.name, format=tform, unit=column.unit or None)
        for column, tform in zip(COLUMNS, tforms, strict=True)
    ]
    header = fits.BinTableHDU.from_columns(columns, name="DATA_CUBES").header
    header["NAXIS1"], header["NAXIS2"] = row_length, number
    for index, column in enumerate(COLUMNS, 1):
        header.comments[f"TTYPE{index}"] = column.description[:40]
        if column.ucd:
            header.set(f"TUCD{index}", column.ucd, after=f"TFORM{index}")
    header["TIMESYS"] = ("UTC", "Time scale of the texts with times")
    return header
