"""The instruments of the Swedish 1-m Solar Telescope."""

from django.db import migrations

INSTRUMENTS = {
    "CRISP": "CRisp Imaging SpectroPolarimeter, Swedish 1-m Solar Telescope",
    "CHROMIS": "CHROMospheric Imaging Spectrometer, Swedish 1-m Solar Telescope",
}


def add_instruments(apps, schema_editor):
    Instrument = apps.get_model("datacubes", "Instrument")
    for name, description in INSTRUMENTS.items():
        Instrument.objects.get_or_create(name=name, defaults={"description": description})


class Migration(migrations.Migration):
    dependencies = [("datacubes", "0001_initial")]

    operations = [migrations.RunPython(add_instruments, migrations.RunPython.noop)]
