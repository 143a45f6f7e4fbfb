"""Selections of cubes that visitors keep."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Selection",
            fields=[
                ("key", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("oids", models.JSONField(help_text="OIDs of the cubes, sorted.")),
                ("network", models.CharField(blank=True, help_text="Where the request came from.", max_length=43)),
                ("kept_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-kept_at"],
                "indexes": [models.Index(fields=["network", "kept_at"], name="selection_by_network")],
            },
        ),
    ]
