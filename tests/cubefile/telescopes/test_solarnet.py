"""Files of other observatories: what they are called, and all the way through the archive."""

from urllib.parse import quote

import pytest
from astropy.io import fits

from common.errors import PermanentError
from cubefile.cube import open_cube
from cubefile.header import Header
from cubefile.identity import identify
from cubefile.telescopes import Solarnet
from datacubes.models import DataCube, Instrument, PlotData
from datacubes.steps.base import IngestRequest
from devtools.svo.keywords import CRISP
from ingestion.conductor import ingest
from tests.cubefile.telescopes.solarnet_files import FILES, write_solarnet
from tests.support.raw_fits import raw_header

OIDS = {
    "AIA": "2014-06-10T12:00:00.34_AIA_171",
    "HMI": "2014-06-10T12:00:01.9_HMI_6173",
    "SPICE": "2020-11-18T10:31:32.443_SPICE_102.55",
    "IRIS": "2021-09-01T00:10:00_IRIS_279.6",
    "VISP": "2022-06-02T17:22:50.176_VISP_630.25",
}
LINES = {"AIA": "171", "HMI": "6173", "SPICE": "102.55", "IRIS": "Mg II k 2796", "VISP": "Fe I (630.25 nm)"}
SIZES = {  # Scans, wavelengths, polarimetry.
    "AIA": (1, 1, False),
    "HMI": (1, 1, False),
    "SPICE": (1, 5, False),
    "IRIS": (3, 1, False),
    "VISP": (1, 5, True),
}


def identity_of(tmp_path, instrument: str, changes=None, oid=None):
    with open_cube(tmp_path, write_solarnet(tmp_path, instrument, changes)) as cube:
        return identify(cube, Solarnet(), oid)


@pytest.mark.parametrize("instrument", FILES)
def test_the_oid_is_made_of_begin_instrument_and_wavelength(tmp_path, instrument):
    assert identity_of(tmp_path, instrument).oid == OIDS[instrument]


@pytest.mark.parametrize(
    ("changes", "wavelength"),
    [
        ({"WAVELNTH": 171.0}, "171"),
        ({"WAVELNTH": "171"}, "171"),
        ({"WAVELNTH": 17.1, "WAVEMIN": 16, "WAVEMAX": 18}, "17.1"),
        ({"WAVELNTH": None, "WAVEMIN": 16, "WAVEMAX": 19}, "17.5"),
        ({"WAVELNTH": None, "WAVEMIN": 0.1, "WAVEMAX": 0.2}, "0.15"),
    ],
)
def test_one_wavelength_has_one_spelling(tmp_path, changes, wavelength):
    assert identity_of(tmp_path, "AIA", changes).oid == f"2014-06-10T12:00:00.34_AIA_{wavelength}"


@pytest.mark.parametrize("changes", [{}, {"WAVEMIN": 16.0}, {"WAVEMIN": "16", "WAVEMAX": "18"}, {"WAVELNTH": "  "}])
def test_without_a_wavelength_the_error_names_the_keywords_and_a_given_oid_helps(tmp_path, changes):
    changes = {"WAVELNTH": None} | changes
    with pytest.raises(PermanentError, match="neither WAVELNTH nor both WAVEMIN and WAVEMAX"):
        identity_of(tmp_path, "AIA", changes)
    assert identity_of(tmp_path, "AIA", changes, "another").oid == "another"


def test_cubes_of_one_point_id_belong_together(tmp_path):
    assert identity_of(tmp_path, "AIA").point_id == "2014-06-10T12:00:00.34"
    assert identity_of(tmp_path, "AIA", {"POINT_ID": "flare"}).point_id == "flare"


def test_a_header_that_names_no_line_has_none():
    assert Solarnet().spectral_line(Header(raw_header("WAVEBAND=", "WAVEMIN = 171"))) == ""


@pytest.fixture
def instruments(db) -> None:
    for name in FILES:
        Instrument.objects.create(name=name, telescope="solarnet")


@pytest.mark.usefixtures("instruments")
@pytest.mark.parametrize("kind", [fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU])
@pytest.mark.parametrize("instrument", FILES)
def test_a_solarnet_file_is_ingested_and_shown(data_root, client, settings, instrument, kind):
    result = ingest(IngestRequest(write_solarnet(data_root, instrument, kind=kind)))
    assert result.checksum_status == "verified"
    outcomes = {step.name: str(step.outcome) for step in result.steps}
    assert outcomes["plot_data"] == "skipped"
    assert all(outcomes[name] == "created" for name in ("data_cube", "fits_header", "metadata", "image_previews"))
    assert (outcomes["video_previews"] == "created") is (instrument == "IRIS")
    assert result.warnings == []
    cube = DataCube.objects.get(oid=OIDS[instrument])
    metadata = cube.metadata
    assert metadata.spectral_line == LINES[instrument]
    assert (metadata.n_scans, metadata.n_wavelengths, metadata.has_polarimetry) == SIZES[instrument]
    assert (metadata.pointing_x, metadata.pointing_y, metadata.size_x, metadata.size_y) == (-100, 250, 3, 2)
    assert {preview.size_name for preview in cube.image_previews.all()} == set(settings.IMAGE_PREVIEW_SIDES)
    assert not PlotData.objects.exists()

    [found] = client.get("/api/v1/data-cubes/", {"instrument": instrument}).json()["results"]
    assert (found["oid"], found["instrument"]) == (OIDS[instrument], instrument)
    assert found["spectral_line"] == LINES[instrument]
    page = client.get(f"/cubes/{quote(OIDS[instrument])}/")
    assert page.status_code == 200
    assert f"{instrument} {metadata.line or metadata.spectral_line}" in page.content.decode()


@pytest.mark.usefixtures("instruments")
@pytest.mark.parametrize("instrument", FILES)
def test_the_svo_has_its_record(data_root, configured, send_all, instrument):
    configured.add_dataset(instrument, CRISP)
    ingest(IngestRequest(write_solarnet(data_root, instrument)))
    assert send_all() == ["submitted"]
    record = configured.record(instrument, OIDS[instrument])
    assert record["date_beg"].startswith(FILES[instrument][1]["DATE-BEG"][:19])
    assert record["instrume"] == instrument
    assert record["data_location"]["offline"] is True  # The header has no release date.
    assert record["data_location"]["thumbnail_url"]
    assert f"/{instrument}/" in record["data_location"]["file_path"]


@pytest.mark.usefixtures("instruments")
@pytest.mark.parametrize("kind", [fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU])
def test_the_same_file_again_costs_nothing(data_root, kind):
    request = IngestRequest(write_solarnet(data_root, "VISP", kind=kind))
    ingest(request)
    assert {str(step.outcome) for step in ingest(request).steps} == {"skipped"}


@pytest.mark.usefixtures("instruments")
def test_a_re_export_in_another_place_is_the_same_cube(data_root):
    ingest(IngestRequest(write_solarnet(data_root, "AIA")))
    (data_root / "new").mkdir()
    result = ingest(IngestRequest(f"new/{write_solarnet(data_root / 'new', 'AIA', {'OBSERVER': 'Somebody'})}"))
    assert result.oid == OIDS["AIA"]
    assert DataCube.objects.get().relative_path == "new/aia.fits"
