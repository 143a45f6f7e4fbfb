"""Results as VOTable 1.4, in the serializations TABLEDATA and BINARY2.

astropy writes all but the rows, which it would need to hold in memory.
"""

import base64
import math
import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from astropy.io.votable.tree import Field, Info, Resource, TableElement, VOTableFile
from django.conf import settings

from catalogue.exports.text_tables import iso_time
from common.xml_text import xml_text
from vo.adql import OutputColumn
from vo.formats import ResultRows, in_batches
from vo.tables import Type

_OVERFLOW = b'<INFO name="QUERY_STATUS" value="OVERFLOW"/>\n'
_NAMES_CUBE = "names_cube"

_DATALINK = """<RESOURCE type="meta" utype="adhoc:service" name="links">
<DESCRIPTION>The file of a cube, its header, its pictures, and its page</DESCRIPTION>
<PARAM name="standardID" datatype="char" arraysize="*" value="ivo://ivoa.net/std/DataLink#links-1.0"/>
<PARAM name="accessURL" datatype="char" arraysize="*" value={url}/>
<PARAM name="contentType" datatype="char" arraysize="*" value="application/x-votable+xml;content=datalink"/>
<GROUP name="inputParams">
<PARAM name="ID" datatype="unicodeChar" arraysize="*" value="" ref="{column}"/>
</GROUP>
</RESOURCE>
"""


def write_tabledata(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    """Yield a VOTable whose rows are XML."""

    def data() -> Iterator[bytes]:
        yield b"<TABLEDATA>\n"
        for row in rows:
            yield f"<TR>{''.join(f'<TD>{_cell(value)}</TD>' for value in row)}</TR>\n".encode()
        yield b"</TABLEDATA>\n"

    return in_batches(_document(columns, rows, query, data()))


def write_binary2(columns: Sequence[OutputColumn], rows: ResultRows, query: str) -> Iterator[bytes]:
    """Yield a VOTable whose rows are bytes, in base64 (VOTable 1.4, section 5.4)."""

    def data() -> Iterator[bytes]:
        yield b'<BINARY2>\n<STREAM encoding="base64">\n'
        packers = [_PACKERS[column.type] for column in columns]
        left = b""
        for block in in_batches(_packed(row, packers) for row in rows):
            block = left + block
            whole = len(block) - len(block) % 3
            left = block[whole:]
            yield base64.b64encode(block[:whole])
        yield base64.b64encode(left) + b"\n</STREAM>\n</BINARY2>\n"

    return in_batches(_document(columns, rows, query, data()))


def _document(columns: Sequence[OutputColumn], rows: ResultRows, query: str, data: Iterator[bytes]) -> Iterator[bytes]:
    head, table_end, tail = _frame(columns, query).partition(b"</TABLE>")
    yield head + b"<DATA>\n"
    yield from data
    yield b"</DATA>\n" + table_end + b"\n"
    if rows.overflow:
        yield _OVERFLOW
    resource_end, root_end, _ = tail.partition(b"</VOTABLE>")
    yield resource_end.lstrip(b"\n")
    if _place_of_cube(columns) is not None:
        url = quoteattr(f"{settings.ARCHIVE_BASE_URL}/datalink")
        yield _DATALINK.format(url=url, column=_NAMES_CUBE).encode()
    yield root_end + b"\n"


def _place_of_cube(columns: Sequence[OutputColumn]) -> int | None:
    places = (place for place, one in enumerate(columns) if one.column is not None and one.column.names_cube)
    return next(places, None)


def _frame(columns: Sequence[OutputColumn], query: str) -> bytes:
    document = VOTableFile(version="1.4")
    resource = Resource(type="results")
    resource.infos.append(Info(name="QUERY_STATUS", value="OK"))
    if query:
        resource.infos.append(Info(name="QUERY", value=query))
    document.resources.append(resource)
    table = TableElement(document, name="result")
    resource.tables.append(table)
    place = _place_of_cube(columns)
    table.fields.extend(_field(document, column, index == place) for index, column in enumerate(columns))
    text = BytesIO()
    document.to_xml(text)  # astropy writes the element DATA only with rows.
    return text.getvalue()


def _field(document: VOTableFile, output: OutputColumn, names_cube: bool) -> Field:
    kind, column = output.type, output.column
    field = Field(
        document, ID=_NAMES_CUBE, name=output.name, datatype=kind.datatype, arraysize=kind.arraysize or None,
        xtype=kind.xtype or None, ucd=(column.ucd if column else "") or None,
        unit=(column.unit if column else "") or None, utype=(column.utype if column else "") or None,
    )  # fmt: skip
    if not names_cube:
        field.ID = None  # Without one at first, astropy makes one of the name.
    if column:
        field.description = column.description
    return field


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return xml_text(value)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        case int() | float():
            return repr(value)
        case datetime():
            return iso_time(value)
    return escape(str(value))


def _text(value: Any) -> bytes:
    text = iso_time(value) if isinstance(value, datetime) else str(value or "")
    encoded = text.encode("ascii", "replace")
    return struct.pack(">i", len(encoded)) + encoded


def _unicode(value: Any) -> bytes:
    encoded = (value or "").encode("utf-16-be", "replace")
    return struct.pack(">i", len(encoded) // 2) + encoded


_PACKERS: dict[Type, Callable[[Any], bytes]] = {
    Type.INTEGER: lambda value: struct.pack(">i", value or 0),
    Type.LONG: lambda value: struct.pack(">q", value or 0),
    Type.DOUBLE: lambda value: struct.pack(">d", math.nan if value is None else value),
    Type.TEXT: _unicode,
    Type.TIMESTAMP: _text,
    Type.REGION: _text,
}


def _packed(row: tuple[Any, ...], packers: list[Callable[[Any], bytes]]) -> bytes:
    """Return a row: a bit for each column that is missing, then the values."""
    missing = 0
    for value in row:
        missing = missing << 1 | (value is None)
    length = -(-len(row) // 8)
    flags = (missing << (length * 8 - len(row))).to_bytes(length, "big")
    return flags + b"".join(pack(value) for pack, value in zip(packers, row, strict=True))
