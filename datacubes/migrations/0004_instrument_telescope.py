"""The telescope of each instrument: that of all so far is the Swedish 1-m Solar Telescope."""

from django.db import migrations, models

import datacubes.models.cubes


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0003_keywords_index")]

    operations = [
        migrations.AddField(
            "instrument",
            "telescope",
            models.CharField(
                choices=datacubes.models.cubes.telescope_choices,
                default="sst",
                help_text="How its files are read. After a change, re-ingest its cubes.",
                max_length=32,
            ),
        ),
    ]
