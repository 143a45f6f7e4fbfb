"""Files are found by their names, as addresses of an earlier archive have them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0014_citations'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='companion',
            index=models.Index(fields=['filename', '-id'], name='companion_by_filename'),
        ),
        migrations.AddIndex(
            model_name='datacube',
            index=models.Index(fields=['filename', '-id'], name='cube_by_filename'),
        ),
    ]
