"""A size of 5e-324 arcsec, of which PostgreSQL cannot take half, no longer fails the row. On PostgreSQL only.

Such sizes count as a millionth of an arcsec. What the index holds of the other rows stays as it is.
"""

from django.db import migrations

REPLACE = """
CREATE OR REPLACE FUNCTION datacubes_field_of_view(x float8, y float8, width float8, height float8) RETURNS box
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN x IS NOT NULL AND y IS NOT NULL THEN box(
        point(
            least(greatest(x, -1e6), 1e6) - least(greatest(width, 1e-6) / 2 + greatest(height, 1e-6) / 2, 1e6),
            least(greatest(y, -1e6), 1e6) - least(greatest(width, 1e-6) / 2 + greatest(height, 1e-6) / 2, 1e6)
        ),
        point(
            least(greatest(x, -1e6), 1e6) + least(greatest(width, 1e-6) / 2 + greatest(height, 1e-6) / 2, 1e6),
            least(greatest(y, -1e6), 1e6) + least(greatest(width, 1e-6) / 2 + greatest(height, 1e-6) / 2, 1e6)
        )
    ) END
$$;
"""


def replace(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REPLACE)


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0017_noted_releases")]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
