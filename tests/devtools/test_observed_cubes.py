"""Cubes of the synthetic Sun are valid, described as they are, and written once."""

import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from devtools.cube_tables import frame_statistics
from devtools.observed_cubes import Observation, write_observation, write_spectral_cube
from devtools.solar_surface import CALCIUM_K, IRON, Scene, Spot

SCENE = Scene((60, 80), 5, (-300.0, 120.0), spots=(Spot(0.5, 0.5, 20),))
START = datetime(2018, 6, 19, 7, 55, 41, 804000)
SERIES = Observation(IRON, (-0.01, 0.0, 0.01), START, scans=3, cadence=40.0, polarimetry=True)


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> Path:
    return write_observation(tmp_path_factory.mktemp("cubes"), SCENE, SERIES)


def open_strictly(path: Path) -> fits.HDUList:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hdus = fits.open(path, checksum=True)
        hdus.verify("exception")
    return hdus


def test_the_cube_and_its_spectral_cube_are_valid(cube):
    for path in (cube, write_spectral_cube(cube)):
        with open_strictly(path) as hdus:
            assert len(hdus) == 32
            assert hdus[0].header["FILENAME"] == path.name


def test_the_path_is_that_of_the_pipeline(cube):
    name = "nb_6173_2018-06-19T07:55:41_scans=0-2_stokes_corrected_export2018-07-01T10:55:41_im.fits"
    assert cube.parts[-3:] == ("2018-06-19", "CRISP", name)
    assert not list(cube.parent.glob("*.part"))


def test_the_header_tells_line_instrument_and_times(tmp_path):
    with open_strictly(write_observation(tmp_path, SCENE, Observation(CALCIUM_K, (0.0,), START))) as hdus:
        header = hdus[0].header
        assert [header[key] for key in ("INSTRUME", "FILTER1", "WAVELNTH")] == ["CHROMIS", "3950", 393.366]
        assert header["DATE-BEG"] == "2018-06-19T07:55:41.80400"
        assert header["PRPROC1"].startswith("CHROMIS::")


def test_scans_begin_at_the_cadence_and_wavelengths_and_pointing_are_in_the_table(cube):
    with open_strictly(cube) as hdus:
        assert hdus[0].header["CADENCE"] == 40
        corners = hdus["WCS-TAB"].data["HPLN+HPLT+WAVE+TIME"][0]
    longitude, latitude, wavelength, seconds = np.moveaxis(corners, -1, 0)
    np.testing.assert_allclose(np.diff(seconds, axis=0), 40)
    np.testing.assert_allclose(wavelength[0, :, 0, 0], IRON.centre + np.array(SERIES.offsets))
    assert longitude[0].mean() == pytest.approx(SCENE.pointing[0])
    assert latitude[0].mean() == pytest.approx(SCENE.pointing[1])
    assert np.ptp(longitude[0]) == pytest.approx(79 * SCENE.pixel)


def test_the_tables_of_statistics_describe_the_frames(cube):
    with open_strictly(cube) as hdus, fits.open(cube, do_not_scale_image_data=True) as stored:
        expected = frame_statistics(stored[0].data, stored[0].header["BSCALE"], 0.0)
        found = {name: hdus[f"VAR-EXT-{name}"].data[name][0][..., 0, 0] for name in expected}
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-6, atol=1e-16, err_msg=name)


def test_a_spectral_cube_has_the_same_data_with_wavelengths_first(cube):
    with open_strictly(cube) as hdus, open_strictly(write_spectral_cube(cube)) as spectral:
        expected = np.moveaxis(hdus[0].data, [2, 0, 1, 4, 3], [4, 3, 2, 1, 0])
        assert (spectral[0].data == expected).all()
        ctypes = [spectral[0].header[f"CTYPE{axis}"] for axis in range(1, 6)]
        assert spectral[0].header["PS1_0"] == "WCS-TAB"
        assert "PS3_0" not in spectral[0].header
    assert ctypes == ["WAVE-TAB", "UTC--TAB", "STOKES", "HPLN-TAB", "HPLT-TAB"]


def test_the_same_observation_gives_the_same_bytes_and_is_written_once(cube, tmp_path):
    path = write_observation(tmp_path, SCENE, SERIES)
    assert path.read_bytes() == cube.read_bytes()
    path.write_bytes(b"edited")
    write_observation(tmp_path, SCENE, SERIES)
    assert path.read_bytes() == b"edited"
