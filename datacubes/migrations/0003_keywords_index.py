"""The index of all keywords, where there is one: only PostgreSQL has GIN, and a model's indexes are the same for all.

It holds a digest of each keyword with its value. An index of the JSON itself would have PostgreSQL read the keywords of
each cube found, to see whether it was found rightly: seconds, for a value that a third of a million cubes have. Of
digests in an array PostgreSQL also knows which are frequent.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import F, Func

CREATE_FUNCTION = """
CREATE FUNCTION datacubes_keyword_digests(keywords jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(
        hashtextextended(
            key || '=' || CASE jsonb_typeof(value)
                WHEN 'number' THEN trim_scale((value #>> '{}')::numeric)::text  -- 1.0 is 1.
                ELSE value::text
            END,
            0
        )
    )
    FROM jsonb_each(keywords)
$$
"""


def keywords_index():
    return GinIndex(Func(F("keywords"), function="datacubes_keyword_digests"), name="metadata_keywords")


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE_FUNCTION, params=None)
        schema_editor.add_index(apps.get_model("datacubes", "Metadata"), keywords_index())


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.remove_index(apps.get_model("datacubes", "Metadata"), keywords_index())
        schema_editor.execute("DROP FUNCTION datacubes_keyword_digests(jsonb)")


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0002_instruments")]

    operations = [migrations.RunPython(add_index, remove_index)]
