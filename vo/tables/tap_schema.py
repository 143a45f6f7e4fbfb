"""TAP_SCHEMA (TAP 1.1, section 4): the description of all tables, as tables."""

from collections.abc import Iterable, Sequence

from vo.tables.description import Column, Schema, Table, Type

TEXT, INTEGER = Type.TEXT, Type.INTEGER
_UTYPE = "A utype: the part of a data model"


def _columns(*columns: tuple[str, Type, str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, type, '"' + name.strip('"') + '"', description, principal=True, is_standard=True)
        for name, type, description in columns
    )


_SCHEMAS = _columns(
    ("schema_name", TEXT, "Name of the schema"),
    ("utype", TEXT, _UTYPE),
    ("description", TEXT, "Description of the schema"),
    ("schema_index", INTEGER, "Recommended order"),
)
_TABLES = _columns(
    ("schema_name", TEXT, "Schema of the table"),
    ("table_name", TEXT, "Name of the table, as it is used in queries"),
    ("table_type", TEXT, "table or view"),
    ("utype", TEXT, _UTYPE),
    ("description", TEXT, "Description of the table"),
    ("table_index", INTEGER, "Recommended order"),
)
_COLUMNS = _columns(
    ("table_name", TEXT, "Table of the column"),
    ("column_name", TEXT, "Name of the column"),
    ("datatype", TEXT, "Datatype, as in VOTable"),
    ("arraysize", TEXT, "Arraysize, as in VOTable"),
    ("xtype", TEXT, "xtype, as in VOTable"),
    ('"size"', INTEGER, "Length of the values (deprecated)"),
    ("description", TEXT, "Description of the column"),
    ("utype", TEXT, _UTYPE),
    ("unit", TEXT, "Unit"),
    ("ucd", TEXT, "UCD: the meaning of the values"),
    ("indexed", INTEGER, "1: conditions on the column are fast"),
    ("principal", INTEGER, "1: most people want the column"),
    ("std", INTEGER, "1: a standard defines the column"),
    ("column_index", INTEGER, "Recommended order"),
)
_KEYS = _columns(
    ("key_id", TEXT, "Identifier of the key"),
    ("from_table", TEXT, "Table that refers"),
    ("target_table", TEXT, "Table that is referred to"),
    ("description", TEXT, "Description of the key"),
    ("utype", TEXT, _UTYPE),
)
_KEY_COLUMNS = _columns(
    ("key_id", TEXT, "Identifier of the key"),
    ("from_column", TEXT, "Column that refers"),
    ("target_column", TEXT, "Column that is referred to"),
)

KEYS = (
    ("keywords_of_cubes", "archive.keywords", "archive.data_cubes", "The cube of a keyword", "oid", "oid"),
    ("tables_of_schemas", "tap_schema.tables", "tap_schema.schemas", "", "schema_name", "schema_name"),
    ("columns_of_tables", "tap_schema.columns", "tap_schema.tables", "", "table_name", "table_name"),
    ("keys_from_tables", "tap_schema.keys", "tap_schema.tables", "", "from_table", "table_name"),
    ("keys_to_tables", "tap_schema.keys", "tap_schema.tables", "", "target_table", "table_name"),
    ("columns_of_keys", "tap_schema.key_columns", "tap_schema.keys", "", "key_id", "key_id"),
)
"""Identifier, table, target table, description, column, target column."""


def schema_of_schemas(described: Sequence[Schema]) -> Schema:
    """Return TAP_SCHEMA, which describes some schemas and itself."""
    description = "The tables of this service and their columns."
    itself = Schema(
        "tap_schema",
        description,
        tuple(
            Table(f"tap_schema.{name}", text, columns, "")
            for name, text, columns in (
                ("schemas", "The schemas", _SCHEMAS),
                ("tables", "The tables", _TABLES),
                ("columns", "The columns", _COLUMNS),
                ("keys", "The foreign keys", _KEYS),
                ("key_columns", "The columns of the foreign keys", _KEY_COLUMNS),
            )
        ),
    )
    rows = _rows((*described, itself))
    return Schema(
        itself.name,
        description,
        tuple(
            Table(table.name, table.description, table.columns, _values(rows[table.name], table.columns))
            for table in itself.tables
        ),
    )


Value = str | int | None


def _rows(schemas: Sequence[Schema]) -> dict[str, list[tuple[Value, ...]]]:
    tables = [(schema, table) for schema in schemas for table in schema.tables]
    return {
        "tap_schema.schemas": [
            (schema.name, schema.utype or None, schema.description, index) for index, schema in enumerate(schemas, 1)
        ],
        "tap_schema.tables": [
            (schema.name, table.name, "view", table.utype or None, table.description, index)
            for index, (schema, table) in enumerate(tables, 1)
        ],
        "tap_schema.columns": [
            _row(table, column, index) for _, table in tables for index, column in enumerate(table.columns, 1)
        ],
        "tap_schema.keys": [(key, origin, target, text or None, None) for key, origin, target, text, *_ in KEYS],
        "tap_schema.key_columns": [(key, column, target) for key, *_, column, target in KEYS],
    }


def _row(table: Table, column: Column, index: int) -> tuple[Value, ...]:
    kind = column.type
    return (
        *(table.name, column.name, kind.datatype, kind.arraysize or None, kind.xtype or None, None),
        *(column.description, column.utype or None, column.unit or None, column.ucd or None),
        *(int(column.indexed), int(column.principal), int(column.is_standard), index),
    )


def _values(rows: Iterable[tuple[Value, ...]], columns: tuple[Column, ...]) -> str:
    """Return a FROM of constant rows. The types of the first row hold for all."""
    lines: list[str] = []
    for row in rows:
        casts = [f"::{column.type.stored_as}" if not lines else "" for column in columns]
        lines.append(f"({', '.join(_constant(value) + cast for value, cast in zip(row, casts, strict=True))})")
    names = ", ".join(column.sql for column in columns)
    return "FROM (VALUES\n" + ",\n".join(lines) + f"\n) AS constant ({names})"


def _constant(value: Value) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
