"""The instruments that the archive knows."""

import pytest

from common.errors import PermanentError
from datacubes.models import DataCube, Instrument, Observation
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.raw_fits import tiny_cube

pytestmark = pytest.mark.django_db


def test_crisp_and_chromis_are_known_from_the_start():
    assert list(Instrument.objects.values_list("name", flat=True)) == ["CHROMIS", "CRISP"]


@pytest.mark.parametrize("name", ["CRISP", "CHROMIS", "CRISP   "])
def test_a_cube_has_its_instrument(place_cube, name):
    ingest(IngestRequest(place_cube({"INSTRUME": name})))
    assert DataCube.objects.get().instrument.name == name.strip()


def test_an_instrument_that_is_added_is_known(place_cube):
    Instrument.objects.create(name="HeSP")
    ingest(IngestRequest(place_cube({"INSTRUME": "HeSP"})))
    assert DataCube.objects.get().instrument.name == "HeSP"


@pytest.mark.parametrize("name", ["IRIS", "crisp", "CRISP-2", "x" * 60, True])
def test_one_that_is_not_known_is_refused_with_those_that_are(place_cube, name):
    path = place_cube({"INSTRUME": name})
    with pytest.raises(PermanentError, match=r"INSTRUME is .* Known instruments: CHROMIS, CRISP"):
        ingest(IngestRequest(path))
    assert not DataCube.objects.exists()
    assert not Observation.objects.exists()


@pytest.mark.parametrize("card", [None, "INSTRUME=", "INSTRUME= ''", "INSTRUME= '    '"])
def test_a_header_that_names_none_is_refused(data_root, card):
    (data_root / "cube.fits").write_bytes(tiny_cube(INSTRUME=card))
    with pytest.raises(PermanentError, match="no INSTRUME"):
        ingest(IngestRequest("cube.fits"))


def test_a_cube_can_change_its_instrument(place_cube):
    ingest(IngestRequest(place_cube(), oid="a"))
    ingest(IngestRequest(place_cube({"INSTRUME": "CHROMIS"}), oid="a"))
    assert DataCube.objects.get().instrument.name == "CHROMIS"


def test_a_known_cube_of_an_unknown_instrument_stays_unchanged(place_cube):
    ingest(IngestRequest(place_cube(), oid="a"))
    path = place_cube({"INSTRUME": "IRIS"})
    with pytest.raises(PermanentError, match="IRIS"):
        ingest(IngestRequest(path, oid="a"))
    assert DataCube.objects.get().instrument.name == "CRISP"
    assert DataCube.objects.get().metadata.keywords["INSTRUME"] == "CRISP"
