"""A companion whose file is missing is shown as such."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0008_observation_is_listed'),
    ]

    operations = [
        migrations.AddField(
            model_name='companion',
            name='missing_since',
            field=models.DateTimeField(editable=False, help_text='As of a cube.', null=True),
        ),
    ]
