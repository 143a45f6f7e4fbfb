"""Lists of cubes as VOTable 1.4 (IVOA), with units and UCDs.

astropy writes all but the rows, which it would need to hold in memory.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO

from astropy.io.votable.tree import Field, Info, Resource, TableElement, VOTableFile

from catalogue.exports.columns import COLUMNS, Column, Kind, Row, Value
from catalogue.exports.text_tables import iso_time
from common.xml_text import xml_text

_TYPES = {
    Kind.TEXT: {"datatype": "unicodeChar", "arraysize": "*"},
    Kind.TIME: {"datatype": "char", "arraysize": "*", "xtype": "timestamp"},
    Kind.INTEGER: {"datatype": "long"},
    Kind.FLOAT: {"datatype": "double"},
    Kind.LOGICAL: {"datatype": "boolean"},
}
_BEFORE_ROWS, _AFTER_ROWS = b"<DATA>\n<TABLEDATA>\n", b"</TABLEDATA>\n</DATA>\n"


def write_votable(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a VOTable with one table, in the serialization TABLEDATA."""
    head, table_end, tail = _document().partition(b"</TABLE>")
    yield head + _BEFORE_ROWS
    for row in rows:
        cells = "".join(f"<TD>{_cell(column.value(row))}</TD>" for column in COLUMNS)
        yield f"<TR>{cells}</TR>\n".encode()
    yield _AFTER_ROWS + table_end + tail


def _document() -> bytes:
    document = VOTableFile(version="1.4")
    table = TableElement(document, name="data_cubes")
    document.resources.append(resource := _resource())
    resource.tables.append(table)
    table.fields.extend(_field(document, column) for column in COLUMNS)
    text = BytesIO()
    document.to_xml(text)  # astropy writes the element DATA only with rows.
    return text.getvalue()


def _resource() -> Resource:
    resource = Resource(type="results")
    resource.infos.append(Info(name="QUERY_STATUS", value="OK"))
    return resource


def _field(document: VOTableFile, column: Column) -> Field:
    field = Field(
        document, ID=column.name, name=column.name, ucd=column.ucd or None, unit=column.unit or None,
        **_TYPES[column.kind],
    )  # fmt: skip
    field.description = column.description
    return field


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return xml_text(value)
        case int() | float():
            return repr(value)
    return iso_time(value)
