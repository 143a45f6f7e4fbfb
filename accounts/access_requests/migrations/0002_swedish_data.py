"""The first group that people may ask to join: the Swedish data, whose group `swedish_data` of an order grants."""

from django.db import migrations

GROUP = "Swedish User"  # As in datacubes.steps.data_access.
TITLE = "Swedish data"
TEXT = (
    "Data of observers at Swedish universities and institutes, before their release. Members work at one of these. "
    "Say at which one, and what you need the data for."
)


def add_swedish_data(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    joinable = apps.get_model("access_requests", "JoinableGroup").objects
    joinable.get_or_create(title=TITLE, defaults={"group": group, "text": TEXT})


class Migration(migrations.Migration):
    dependencies = [
        ("access_requests", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(add_swedish_data, migrations.RunPython.noop)]
