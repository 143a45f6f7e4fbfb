"""Previews are found by their files, to tell who may see them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0009_companion_missing_since'),
    ]

    operations = [
        migrations.AlterField(
            model_name='imagepreview',
            name='file',
            field=models.FileField(db_index=True, max_length=255, upload_to=''),
        ),
        migrations.AlterField(
            model_name='videopreview',
            name='file',
            field=models.FileField(db_index=True, max_length=255, upload_to=''),
        ),
        migrations.AlterField(
            model_name='videopreview',
            name='poster',
            field=models.FileField(db_index=True, max_length=255, upload_to=''),
        ),
    ]
