"""Observations whose cubes are all withdrawn are not listed."""

from django.db import migrations, models


def leave_out(apps, schema_editor):
    observations = apps.get_model("datacubes", "Observation").objects
    withdrawn = observations.filter(cubes__withdrawn_at__isnull=False).values("pk")
    listed = observations.filter(cubes__withdrawn_at=None).values("pk")
    observations.filter(pk__in=withdrawn).exclude(pk__in=listed).update(is_listed=False)


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0007_vocabulary")]

    operations = [
        migrations.AddField(
            "observation",
            "is_listed",
            models.BooleanField(
                default=True, editable=False, help_text="Whether it has cubes that are not withdrawn."
            ),
        ),
        migrations.RunPython(leave_out, migrations.RunPython.noop),
    ]
