"""How a cube is turned, and its distance from disk centre."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0005_file_identity'),
    ]

    operations = [
        migrations.AddField(
            model_name='metadata',
            name='mu',
            field=models.FloatField(help_text='Cosine of the heliocentric angle: 1 at disk centre, 0 at the limb; empty: off the disk.', null=True, verbose_name='μ'),
        ),
        migrations.AddField(
            model_name='metadata',
            name='rotation',
            field=models.FloatField(help_text="From solar north to the image's y axis, counterclockwise, degrees.", null=True),
        ),
    ]
