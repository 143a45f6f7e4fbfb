"""archive.keywords: every keyword of the headers of the cubes."""

from vo.tables.description import Column, Table, Type

MAX_TEXT = 4000
"""Characters of a value that are shown. COMMENT and HISTORY can be longer; the header has them whole."""

_NUMBER = (
    "CASE WHEN jsonb_typeof(entry.value) = 'number' THEN CASE WHEN abs((entry.value #>> '{}')::numeric) < 1e300 "
    "AND (abs((entry.value #>> '{}')::numeric) > 1e-300 OR (entry.value #>> '{}')::numeric = 0) "
    "THEN (entry.value #>> '{}')::float8 END END"
)

KEYWORDS = Table(
    "archive.keywords",
    "The keywords of the headers of the data cubes, one a row. Name the cubes, or their time, with a join: a search of "
    "all cubes reads all keywords.",
    (
        Column("oid", Type.TEXT, "cube.oid::text", "The cube (OID)", ucd="meta.id;meta.main", indexed=True, principal=True, names_cube=True),
        Column("keyword", Type.TEXT, "entry.key", "Name of the keyword", ucd="meta.id", principal=True),
        Column("number_value", Type.DOUBLE, _NUMBER, "The value, if it is a number", ucd="meta.number", principal=True),
        Column("text_value", Type.TEXT, f"left(entry.value #>> '{{}}', {MAX_TEXT})", f"The value as text; of a keyword that is repeated, all values as JSON. At most {MAX_TEXT:,} characters", ucd="meta.note", principal=True),
    ),
    "FROM datacubes_datacube AS cube\n"
    "JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id\n"
    "CROSS JOIN LATERAL jsonb_each(metadata.keywords) AS entry\n"
    "WHERE cube.withdrawn_at IS NULL",
)  # fmt: skip
