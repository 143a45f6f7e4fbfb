"""What a page says about citing the cubes of an instrument."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0013_field_of_view_index")]

    operations = [
        migrations.AddField(
            "instrument",
            "credit",
            models.CharField(
                max_length=255,
                blank=True,
                default="",
                help_text="Who made the data, as citations name them, such as “Institute for Solar Physics, Stockholm "
                "University”.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "instrument",
            "reference",
            models.CharField(
                max_length=255,
                blank=True,
                default="",
                help_text="Publication that describes the instrument, or its DOI.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "instrument",
            "acknowledgement",
            models.TextField(blank=True, default="", help_text="Sentence that publications are asked to include."),
            preserve_default=False,
        ),
    ]
