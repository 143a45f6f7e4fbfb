"""The index of fields of view, and the cost of the function of the index of keywords. Both on PostgreSQL only.

The index holds a box around each field of view, however the field is turned. Stored values are cut, so that no value
from a header makes the arithmetic overflow.

A call of the function takes a hundred times as long as PostgreSQL assumes, which then calls it for each row.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION datacubes_field_of_view(x float8, y float8, width float8, height float8) RETURNS box
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN x IS NOT NULL AND y IS NOT NULL THEN box(
        point(
            least(greatest(x, -1e6), 1e6) - least(greatest(coalesce(width, 0) / 2 + coalesce(height, 0) / 2, 0), 1e6),
            least(greatest(y, -1e6), 1e6) - least(greatest(coalesce(width, 0) / 2 + coalesce(height, 0) / 2, 0), 1e6)
        ),
        point(
            least(greatest(x, -1e6), 1e6) + least(greatest(coalesce(width, 0) / 2 + coalesce(height, 0) / 2, 0), 1e6),
            least(greatest(y, -1e6), 1e6) + least(greatest(coalesce(width, 0) / 2 + coalesce(height, 0) / 2, 0), 1e6)
        )
    ) END
$$;
CREATE INDEX metadata_field_of_view ON datacubes_metadata
USING gist (datacubes_field_of_view(pointing_x, pointing_y, size_x, size_y));
ALTER FUNCTION datacubes_keyword_digests(jsonb) COST 10000;
"""
REMOVE = """
ALTER FUNCTION datacubes_keyword_digests(jsonb) COST 100;
DROP INDEX metadata_field_of_view;
DROP FUNCTION datacubes_field_of_view(float8, float8, float8, float8);
"""


def execute(statements):
    def on_postgresql(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return on_postgresql


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0012_search_columns")]

    operations = [migrations.RunPython(execute(CREATE), execute(REMOVE))]
