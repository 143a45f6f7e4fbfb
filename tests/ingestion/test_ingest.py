"""An ingestion from end to end: what it does first, and what it refuses."""

import pytest

from common.errors import PermanentError, TransientError
from datacubes.models import AccessRules, DataCube, FITSHeader, Instrument, Metadata, Observation, Tag
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.cube_fixtures import SAMPLE_OID
from tests.support.raw_fits import tiny_cube

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_writes")]

STEPS = ["data_cube", "data_access", "fits_header", "metadata", "tags"]


def outcomes(result) -> dict[str, str]:
    return {step.name: str(step.outcome) for step in result.steps}


def everything() -> list:
    """All rows that an ingestion could change, with their values."""
    models = (DataCube, Observation, AccessRules, FITSHeader, Metadata, Tag, Instrument, DataCube.tags.through)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_it_works(place_cube, data_root):
    path = place_cube()
    result = ingest(IngestRequest(path))
    assert result.oid == SAMPLE_OID
    assert (len(result.checksum), result.checksum_status) == (16, "verified")
    assert result.warnings == []
    assert [step.name for step in result.steps][:5] == STEPS
    assert all(outcomes(result)[name] == "created" for name in STEPS)
    assert all(step.reason == "" and step.seconds > 0 for step in result.steps if step.name in STEPS)
    cube = DataCube.objects.get()
    assert cube.oid == SAMPLE_OID
    assert (cube.relative_path, cube.filename) == (path, "cube.fits")
    assert cube.size == (data_root / path).stat().st_size
    assert cube.instrument.name == "CRISP"
    assert cube.access.is_public
    assert cube.fits_header.text.startswith("SIMPLE")
    assert cube.metadata.spectral_line == "6173"
    assert cube.tags.count() == 2


def test_the_smallest_cube_is_ingested(data_root):
    (data_root / "cube.fits").write_bytes(tiny_cube())
    result = ingest(IngestRequest("cube.fits"))
    assert (result.checksum, result.checksum_status) == (None, "absent")
    assert outcomes(result)["tags"] == "skipped"
    assert DataCube.objects.get().tags.count() == 0


def test_an_oid_that_is_given_is_that_of_the_cube(place_cube):
    assert ingest(IngestRequest(place_cube(), oid="another")).oid == "another"
    assert DataCube.objects.get().oid == "another"


REFUSED = {
    "not FITS": (b"This is a text file.", "not a FITS file"),
    "empty": (b"", "empty"),
    "cut in the header": (tiny_cube()[:1000], "cut short: at least 1880 bytes are missing"),
    "cut in the data": (tiny_cube()[:2890], "lacks 14 of the 24 bytes"),
    "no END": (tiny_cube()[:2880].replace(b"END  ", b"FIN  ") + b" " * 3_000_000, "no END card"),
    "absurd size": (tiny_cube(NAXIS2="NAXIS2  = 99999999999999999"), "lacks 799999999999997112 of"),
    "negative size": (tiny_cube(NAXIS2="NAXIS2  = -3"), "NAXIS2 is -3"),
    "no DATE-BEG": (tiny_cube(DATE_BEG=None), "no DATE-BEG"),
    "no date": (tiny_cube(DATE_BEG="DATE-BEG= 'yesterday'"), "DATE-BEG is “yesterday”"),
    "unknown instrument": (tiny_cube(INSTRUME="INSTRUME= 'IRIS'"), "INSTRUME is “IRIS”.*CHROMIS, CRISP"),
    "no date of the release": (tiny_cube(RELEASE="RELEASE = 'soon'"), "RELEASE is “soon”"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_with_a_sentence_and_no_row_changes(place_cube, data_root, case):
    content, reason = REFUSED[case]
    ingest(IngestRequest(place_cube(path="cube.fits"), oid="a"))
    before = everything()
    (data_root / "cube.fits").write_bytes(content)
    for oid in ("a", "b"):
        with pytest.raises(PermanentError, match=reason) as refused:
            ingest(IngestRequest("cube.fits", oid=oid))
        assert len(str(refused.value)) < 300
        assert everything() == before


@pytest.mark.parametrize("path", ["../cube.fits", "/etc/cube.fits", "folder", "cube.fits\0"])
def test_a_refused_path_is_refused_again_when_it_is_opened(data_root, path):
    (data_root / "folder").mkdir()
    with pytest.raises(PermanentError):
        ingest(IngestRequest(path))


def test_a_missing_file_is_a_transient_error(data_root):
    (data_root / "another.fits").touch()
    with pytest.raises(TransientError, match=r"no file “cube\.fits”"):
        ingest(IngestRequest("cube.fits"))


def test_after_a_refusal_the_next_cube_is_ingested(place_cube, data_root):
    (data_root / "bad.fits").write_bytes(b"")
    with pytest.raises(PermanentError):
        ingest(IngestRequest("bad.fits"))
    assert ingest(IngestRequest(place_cube())).oid == SAMPLE_OID
