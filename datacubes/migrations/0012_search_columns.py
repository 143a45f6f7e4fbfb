"""Columns and indexes for searches by seeing, duration, cadence, exposure and observer."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datacubes', '0011_help_texts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='datacube',
            name='cube_filename',
        ),
        migrations.AddIndex(
            model_name='datacube',
            index=models.Index(condition=models.Q(withdrawn_at__isnull=False), fields=['withdrawn_at'], name='cube_withdrawn'),
        ),
        migrations.RemoveIndex(
            model_name='metadata',
            name='metadata_newest',
        ),
        migrations.RemoveIndex(
            model_name='metadata',
            name='metadata_line',
        ),
        migrations.RemoveIndex(
            model_name='metadata',
            name='metadata_by_wavelength',
        ),
        migrations.AddField(
            model_name='metadata',
            name='cadence',
            field=models.FloatField(help_text='CADAVG, or else CADENCE: from scan to scan, seconds.', null=True),
        ),
        migrations.AddField(
            model_name='metadata',
            name='duration',
            field=models.FloatField(help_text='From begin to end, seconds.', null=True),
        ),
        migrations.AddField(
            model_name='metadata',
            name='exposure',
            field=models.FloatField(help_text='XPOSURE, or else EXPTIME: of one frame, seconds.', null=True),
        ),
        migrations.AddField(
            model_name='metadata',
            name='observer',
            field=models.CharField(blank=True, help_text='OBSERVER.', max_length=255),
        ),
        migrations.AddField(
            model_name='metadata',
            name='r0_median',
            field=models.FloatField(editable=False, help_text='Median of r₀ of all altitudes during the observation, metres.', null=True, verbose_name='median r₀'),
        ),
        migrations.AddIndex(
            model_name='metadata',
            index=models.Index(fields=['-date_beg', '-cube', 'date_end', 'wavelength_min', 'wavelength_max', 'spectral_line', 'has_polarimetry', 'instrument', 'public_from', 'mu', 'size_x', 'size_y', 'r0_median', 'duration', 'cadence', 'n_scans', 'exposure'], name='metadata_newest'),
        ),
        migrations.AddIndex(
            model_name='metadata',
            index=models.Index(fields=['spectral_line', '-date_beg', '-cube', 'date_end', 'wavelength_min', 'wavelength_max', 'has_polarimetry', 'instrument', 'public_from', 'mu', 'size_x', 'size_y', 'r0_median', 'duration', 'cadence', 'n_scans', 'exposure'], name='metadata_line'),
        ),
        migrations.AddIndex(
            model_name='metadata',
            index=models.Index(django.db.models.functions.comparison.Coalesce('wavelength_min', 0.0), models.F('cube'), models.F('date_beg'), models.F('date_end'), models.F('wavelength_min'), models.F('wavelength_max'), models.F('spectral_line'), models.F('has_polarimetry'), models.F('instrument'), models.F('public_from'), models.F('mu'), models.F('size_x'), models.F('size_y'), models.F('r0_median'), models.F('duration'), models.F('cadence'), models.F('n_scans'), models.F('exposure'), name='metadata_by_wavelength'),
        ),
    ]
