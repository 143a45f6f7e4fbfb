"""Results as CSV (RFC 4180) and TSV, with a line of names.

Programs read them, so texts stay as they are, unlike in the exports for people, which open them in spreadsheets.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from catalogue.exports.text_tables import iso_time
from vo.adql import OutputColumn
from vo.formats import ResultRows, in_batches


def write_text(columns: Sequence[OutputColumn], rows: ResultRows, separator: str) -> Iterator[bytes]:
    """Yield the lines. A missing value is empty. These formats cannot tell whether the query has more rows."""
    return in_batches(_lines(columns, rows, separator))


def _lines(columns: Sequence[OutputColumn], rows: ResultRows, separator: str) -> Iterator[bytes]:
    yield _line([column.name for column in columns], separator)
    for row in rows:
        yield _line([_text(value, separator) for value in row], separator)


def _text(value: Any, separator: str) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return iso_time(value)
        case str():
            return value if separator == "," else " ".join(value.split("\t"))
    return repr(value)


def _line(values: list[str], separator: str) -> bytes:
    line = StringIO()
    csv.writer(line, delimiter=separator).writerow(values)
    return line.getvalue().encode("utf-8", "replace")
