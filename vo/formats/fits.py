"""Results as a FITS file with a binary table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from astropy.io import fits

from catalogue.exports.fits_table import write_binary_table
from catalogue.exports.text_tables import iso_time
from vo.adql import OutputColumn
from vo.formats import ResultRows
from vo.tables import Type

_TYPES = {Type.INTEGER: ("J", ">i4"), Type.LONG: ("K", ">i8"), Type.DOUBLE: ("D", ">f8")}
_MISSING = {Type.INTEGER: -(2**31), Type.LONG: -(2**63), Type.DOUBLE: np.nan}
"""The values that stand for a missing one: TNULL of integers, NaN of numbers."""


def write_fits(columns: Sequence[OutputColumn], rows: ResultRows) -> Iterator[bytes]:
    """Yield a FITS file: an empty primary HDU, and the binary table RESULT."""
    values = ([_stored(value, column.type) for value, column in zip(row, columns, strict=True)] for row in rows)

    def header(tforms: list[str], number: int, row_length: int) -> fits.Header:
        return _header(columns, tforms, number, row_length, rows.overflow)

    return write_binary_table(values, [_TYPES.get(column.type) for column in columns], header)


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
