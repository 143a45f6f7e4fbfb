"""Lists of cubes as CSV and as JSON lines."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO

from catalogue.exports.columns import COLUMNS, Kind, Row, Value


def write_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a table in the format of RFC 4180, with a line of names; a missing number is empty."""
    yield _csv_line([column.name for column in COLUMNS])
    for row in rows:
        yield _csv_line([_as_text(column.value(row)) for column in COLUMNS])


def write_json_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a line for each cube: a JSON object with the columns by name."""
    for row in rows:
        values = {column.name: column.value(row) for column in COLUMNS}
        texts = {column.name: iso_time(values[column.name]) for column in COLUMNS if column.kind is Kind.TIME}
        yield json.dumps(values | texts, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def iso_time(moment: Value) -> str:
    """Return a time in ISO 8601, UTC, without a zone, as astropy and TOPCAT read it."""
    if not isinstance(moment, datetime):
        raise TypeError(f"{moment!r} is not a time")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _csv_line(values: list[str]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode()


def _as_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return iso_time(value)
        case str():
            # Spreadsheets run a text that begins so as a formula.
            return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return repr(value)
