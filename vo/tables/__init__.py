"""The tables that TAP offers: one description for the views, for TAP_SCHEMA, for /tap/tables and for results."""

from vo.tables.data_cubes import DATA_CUBES
from vo.tables.description import Column, Schema, Span, Table, Type
from vo.tables.epn_core import EPN_CORE
from vo.tables.keywords import KEYWORDS
from vo.tables.obscore import OBSCORE
from vo.tables.tap_schema import schema_of_schemas

__all__ = ["SCHEMAS", "TABLES", "Column", "Schema", "Span", "Table", "Type"]

_DATA = (
    Schema("ivoa", "The data models of the International Virtual Observatory Alliance.", (OBSCORE,)),
    Schema("archive", "The data cubes of the archive.", (EPN_CORE, DATA_CUBES, KEYWORDS)),
)

SCHEMAS: tuple[Schema, ...] = (*_DATA, schema_of_schemas(_DATA))

TABLES: dict[str, Table] = {table.name: table for schema in SCHEMAS for table in schema.tables}
"""The tables by their names, such as ``ivoa.obscore``."""
