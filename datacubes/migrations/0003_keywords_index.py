"""The index of all keywords, where there is one: only PostgreSQL has GIN, and a model's indexes are the same for all."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


def keywords_index():
    return GinIndex(fields=["keywords"], name="metadata_keywords", opclasses=["jsonb_path_ops"])


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.add_index(apps.get_model("datacubes", "Metadata"), keywords_index())


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.remove_index(apps.get_model("datacubes", "Metadata"), keywords_index())


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0002_instruments")]

    operations = [migrations.RunPython(add_index, remove_index)]
