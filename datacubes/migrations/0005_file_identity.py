"""What identifies the file of a cube; companions; cubes that are withdrawn."""

from django.db import migrations, models
from django.db.models.functions import Now


def withdraw_cubes_without_a_path(apps, schema_editor):
    """Cubes whose path was taken by another cube had an empty path; they are withdrawn now."""
    apps.get_model("datacubes", "DataCube").objects.filter(relative_path="").update(
        withdrawn_at=Now(), withdrawal_reason="Its file was replaced by that of another cube."
    )


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0004_instrument_telescope'),
    ]

    operations = [
        migrations.AddField(
            model_name='datacube',
            name='exported',
            field=models.CharField(blank=True, editable=False, help_text='When the file was exported, as its name has it.', max_length=32),
        ),
        migrations.AddField(
            model_name='datacube',
            name='header_digest',
            field=models.CharField(blank=True, editable=False, help_text='SHA-256 of its header.', max_length=64),
        ),
        migrations.AddField(
            model_name='datacube',
            name='missing_since',
            field=models.DateTimeField(editable=False, help_text='When the file was first found missing; empty: it is there.', null=True),
        ),
        migrations.AddField(
            model_name='datacube',
            name='modified_ns',
            field=models.BigIntegerField(editable=False, help_text='Modification time of the file, nanoseconds since 1970.', null=True),
        ),
        migrations.AddField(
            model_name='datacube',
            name='product',
            field=models.CharField(blank=True, editable=False, help_text='Name of the file without the time of its export.', max_length=255),
        ),
        migrations.AddField(
            model_name='datacube',
            name='replaced_by',
            field=models.CharField(blank=True, editable=False, help_text='OID of the cube that took the place of this one.', max_length=255),
        ),
        migrations.AddField(
            model_name='datacube',
            name='withdrawal_reason',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='datacube',
            name='withdrawn_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='Companion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.CharField(help_text='Of its cube.', max_length=255, verbose_name='OID')),
                ('kind', models.CharField(help_text='Such as “sp”, a spectral cube.', max_length=16)),
                ('relative_path', models.CharField(db_index=True, max_length=1000, verbose_name='path')),
                ('filename', models.CharField(max_length=255)),
                ('size', models.BigIntegerField(help_text='Bytes.')),
                ('modified_ns', models.BigIntegerField(editable=False, help_text='As of a cube.')),
                ('header_digest', models.CharField(editable=False, help_text='As of a cube.', max_length=64)),
                ('product', models.CharField(editable=False, help_text='As of a cube.', max_length=255)),
                ('exported', models.CharField(blank=True, editable=False, help_text='As of a cube.', max_length=32)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['oid', 'kind'],
                'constraints': [models.UniqueConstraint(fields=('oid', 'kind'), name='one_companion_of_each_kind_for_each_oid')],
            },
        ),
        migrations.RunPython(withdraw_cubes_without_a_path, migrations.RunPython.noop),
    ]
