"""What describes a table, and how its columns are read from the archive's rows."""

from dataclasses import dataclass
from enum import Enum


class Type(Enum):
    """The type of a column: datatype, arraysize and xtype of VOTable, and the type in PostgreSQL."""

    TEXT = ("unicodeChar", "*", "", "text")
    INTEGER = ("int", "", "", "integer")
    LONG = ("long", "", "", "bigint")
    DOUBLE = ("double", "", "", "double precision")
    TIMESTAMP = ("char", "*", "timestamp", "timestamp with time zone")
    REGION = ("char", "*", "adql:REGION", "text")

    def __init__(self, datatype: str, arraysize: str, xtype: str, stored_as: str) -> None:
        self.datatype = datatype
        self.arraysize = arraysize
        self.xtype = xtype
        self.stored_as = stored_as


class Span(Enum):
    """What a column is an end of, in its own unit: the time of a cube, or its wavelengths.

    The views have both as ranges, `during` and `band`, which queries cannot name. `vo.adql.spans` adds conditions on
    these to a query, because PostgreSQL has an index of ranges, and cannot know that a cube which begins before a time
    and ends after another is rare.
    """

    MODIFIED_JULIAN_DATE = "during"
    JULIAN_DATE = "during", 1
    TIME = "during", 2
    METRES = "band"
    NANOMETRES = "band", 1
    HERTZ = "band", 2

    @property
    def range_name(self) -> str:
        """The range in the views."""
        return self.value if isinstance(self.value, str) else self.value[0]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    sql
        The expression of the view.
    unit
        In the notation of VOUnits; empty for a value without a unit.
    ucd
        What the value means, in IVOA's vocabulary UCD1+.
    utype
        The part of a data model that the value is.
    indexed
        Whether conditions on the column are fast on a large archive.
    principal
        Whether the column is one that most people want.
    is_standard
        Whether a standard defines the column.
    names_cube
        Whether DataLink takes the value for its ID.
    span
        What the column is an end of, if it is one.
    """

    name: str
    type: Type
    sql: str
    description: str
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    indexed: bool = False
    principal: bool = False
    is_standard: bool = False
    names_cube: bool = False
    span: Span | None = None


@dataclass(frozen=True)
class Table:
    """A table, which is a view in the database. `source` is the view's FROM and WHERE."""

    name: str
    description: str
    columns: tuple[Column, ...]
    source: str
    utype: str = ""


@dataclass(frozen=True)
class Schema:
    """A schema: some tables whose names begin with its name."""

    name: str
    description: str
    tables: tuple[Table, ...]
    utype: str = ""
