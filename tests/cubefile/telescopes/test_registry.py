"""The telescopes that the archive knows, and which one reads a file."""

import pytest
from django.core.exceptions import ValidationError

from common.errors import PermanentError
from cubefile import telescopes
from datacubes.models import DataCube, Instrument
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.cubefile.telescopes.solarnet_files import write_solarnet


def test_each_telescope_is_found_by_its_unique_name():
    for telescope in telescopes.TELESCOPES:
        assert telescopes.get(telescope.name) is telescope
    assert [telescope.name for telescope in telescopes.TELESCOPES] == ["sst", "solarnet"]


def test_one_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(PermanentError, match=r"“gregor” .* Known telescopes: sst, solarnet"):
        telescopes.get("gregor")


@pytest.mark.django_db
def test_instruments_belong_to_the_sst_by_default():
    assert set(Instrument.objects.values_list("telescope", flat=True)) == {"sst"}
    assert Instrument(name="new").telescope == "sst"


@pytest.mark.django_db
def test_an_instrument_takes_a_known_telescope_only():
    Instrument(name="AIA", telescope="solarnet").full_clean()
    with pytest.raises(ValidationError, match="gregor"):
        Instrument(name="GFPI", telescope="gregor").full_clean()


@pytest.mark.django_db
def test_a_cube_of_an_instrument_whose_telescope_is_gone_is_refused(place_cube):
    Instrument.objects.filter(name="CRISP").update(telescope="gregor")
    with pytest.raises(PermanentError, match="gregor"):
        ingest(IngestRequest(place_cube()))
    assert not DataCube.objects.exists()


@pytest.mark.django_db
def test_the_instruments_row_decides_how_a_file_is_read(data_root):
    instrument = Instrument.objects.create(name="SPICE")
    path = write_solarnet(data_root, "SPICE")
    with pytest.raises(PermanentError, match="no FILTER1"):
        ingest(IngestRequest(path))
    instrument.telescope = "solarnet"
    instrument.save()
    assert ingest(IngestRequest(path)).oid == "2020-11-18T10:31:32.443_SPICE_102.55"


@pytest.mark.django_db
def test_a_cube_is_read_again_when_its_instrument_gets_another_telescope(data_root):
    instrument = Instrument.objects.create(name="IRIS")
    path = write_solarnet(data_root, "IRIS", {"CTYPE3": None})
    request = IngestRequest(path, oid="a")
    ingest(request)
    assert {step.name: str(step.outcome) for step in ingest(request).steps}["metadata"] == "skipped"
    cube = DataCube.objects.get()
    assert (cube.metadata.spectral_line, cube.metadata.n_wavelengths) == ("", 3)
    instrument.telescope = "solarnet"
    instrument.save()
    ingest(request)
    cube.metadata.refresh_from_db()
    assert (cube.metadata.spectral_line, cube.metadata.n_wavelengths) == ("Mg II k 2796", 1)


@pytest.mark.django_db
def test_staff_choose_the_telescope_of_an_instrument(admin_client):
    page = admin_client.get("/admin/datacubes/instrument/add/").content.decode()
    for telescope in telescopes.TELESCOPES:
        assert f'<option value="{telescope.name}"' in page
        assert telescope.title in page
    answer = admin_client.post("/admin/datacubes/instrument/add/", {"name": "AIA", "telescope": "solarnet"})
    assert answer.status_code == 302
    assert Instrument.objects.get(name="AIA").telescope == "solarnet"
    assert "solarnet" in admin_client.get("/admin/datacubes/instrument/").content.decode()
