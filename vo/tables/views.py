"""The views of the tables as SQL. The migrations of this room hold what it was at their time.

After a change of a table, add a migration that executes `REMOVE` and `create()` as text: ``python -m vo.tables.views``
prints it. `tests/vo/test_views.py` compares it with what the migrations made.
"""

from vo.tables import SCHEMAS, TABLES, Table, cubes

_FUNCTION = """
CREATE FUNCTION archive.url_part(value text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN value ~ '^[A-Za-z0-9_.~:,=@-]*$' THEN value ELSE (
        SELECT string_agg(
            CASE
                WHEN character ~ '^[A-Za-z0-9_.~:,=@-]$' THEN character
                ELSE regexp_replace(upper(encode(convert_to(character, 'UTF8'), 'hex')), '(..)', '%\\1', 'g')
            END,
            '' ORDER BY position
        )
        FROM regexp_split_to_table(value, '') WITH ORDINALITY AS one (character, position)
    ) END
$$
""".strip()
"""Encodes a text as `datacubes.links.oid_in_url` does it."""

_DOMAIN = "CREATE DOMAIN archive.bounded_text AS text CONSTRAINT bounded_text CHECK (length(value) <= 10000)"
"""The type of texts that a query makes of others: each could otherwise be twice as long as that before it."""

_RANGE = "CREATE TYPE archive.float_range AS RANGE (subtype = float8, subtype_diff = float8mi)"

_INDEXES = {
    "metadata_spans": ("gist", (cubes.RANGES["during"], cubes.RANGES["band"])),
    "metadata_band": ("gist", (cubes.RANGES["band"],)),
    # For ORDER BY. The further columns let PostgreSQL pass over rows without reading them.
    "metadata_obscore": ("btree", (cubes.T_MIN, cubes.T_MAX, cubes.EM_MIN, cubes.EM_MAX)),
    "metadata_epn_core": ("btree", (cubes.TIME_MIN, cubes.TIME_MAX, cubes.FREQUENCY_MIN, cubes.FREQUENCY_MAX)),
}

REMOVE = ";\n".join(
    [
        *(f"DROP INDEX IF EXISTS {name}" for name in _INDEXES),
        *(f"DROP SCHEMA IF EXISTS {schema.name} CASCADE" for schema in SCHEMAS),
    ]
)


def create() -> str:
    """Return the statements that create schemas, views and indexes."""
    statements = [f"CREATE SCHEMA {schema.name}" for schema in SCHEMAS]
    statements += [_FUNCTION, _DOMAIN, _RANGE]
    for table in TABLES.values():
        columns = ",\n    ".join(f"{sql} AS {_quoted(name)}" for name, sql in _expressions(table))
        statements.append(f"CREATE VIEW {table.name} AS SELECT\n    {columns}\n{table.source}")
    for name, (method, expressions) in _INDEXES.items():
        listed = ",\n    ".join(f"({expression.replace('metadata.', '')})" for expression in expressions)
        statements.append(f"CREATE INDEX {name} ON datacubes_metadata USING {method} (\n    {listed}\n)")
    return ";\n\n".join(statements)


def _expressions(table: Table) -> list[tuple[str, str]]:
    ranges = {column.span.range_name for column in table.columns if column.span}
    return [(column.name, column.sql) for column in table.columns] + [
        (one, cubes.RANGES[one]) for one in sorted(ranges)
    ]


def _quoted(name: str) -> str:
    return name if name.startswith('"') else f'"{name}"'


if __name__ == "__main__":
    print(create())
