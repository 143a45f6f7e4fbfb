"""One frame stands for the cube: first scan, Stokes I, the middle of the line."""

import tracemalloc

import numpy as np
import pytest

from common.errors import PermanentError
from cubefile.tables import MAX_WAVELENGTHS
from devtools.sample_cubes import write_cube
from previews import frames
from previews.frames import choose_frame, scan_count, sharpest_scan
from tests.previews.fits_files import open_sst_cube, replace_table, write_fits


def chosen(path):
    with open_sst_cube(path) as cube:
        return choose_frame(cube)


def cube_with(tmp_path, wavelengths, medians, **keywords):
    """Write a cube of one scan whose tables hold these wavelengths and medians; None leaves a table out."""
    count = len(wavelengths if medians is None else medians)
    missing = {"WCS-TAB": wavelengths, "VAR-EXT-DATAMEDN": medians}
    without = [name for name, values in missing.items() if values is None]
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, count, 4, 5), without=without, **keywords)
    if wavelengths is not None:
        corners = np.zeros((count, 2, 2, 4))
        corners[..., 2] = np.array(wavelengths)[:, None, None]
        replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": corners})
    if medians is not None:
        replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.array(medians, "f8").reshape(1, 1, count, 1, 1)})
    return path


def test_the_core_of_the_line_is_chosen(tmp_path):
    assert chosen(write_cube(tmp_path / "cube.fits", shape=(2, 4, 7, 20, 20))) == (0, 0, 3)


def test_the_middle_of_the_line_does_not_depend_on_how_far_the_scan_reaches(tmp_path):
    path = cube_with(tmp_path, [0.99, 1.00, 1.01, 1.02, 1.03, 1.1, 1.2, 1.3], [9, 5, 2, 5.2, 9, 9.5, 9.6, 9.7])
    assert chosen(path) == (0, 0, 2)


def test_a_point_in_the_continuum_does_not_move_the_middle(tmp_path):
    path = cube_with(tmp_path, [393.33, 393.35, 393.37, 393.39, 393.41, 399.99], [8, 4, 3, 4, 8, 20])
    assert chosen(path) == (0, 0, 2)


def test_the_order_in_which_wavelengths_were_taken_does_not_matter(tmp_path):
    path = cube_with(tmp_path, [617.3, 617.2, 617.4, 617.1, 617.5], [2, 6, 6, 9, 9])
    assert chosen(path) == (0, 0, 0)


def test_without_a_line_the_brightest_wavelength_is_chosen(tmp_path):
    assert chosen(cube_with(tmp_path, [1.0, 1.1, 1.2, 1.3], [5, 5.05, 5.01, 5])) == (0, 0, 1)


def test_a_line_in_emission_is_brightest_in_its_core(tmp_path):
    assert chosen(cube_with(tmp_path, [1.0, 1.1, 1.2, 1.3, 1.4], [1, 2, 9, 3, 1])) == (0, 0, 2)


def test_without_wavelengths_the_medians_show_the_line(tmp_path):
    assert chosen(cube_with(tmp_path, None, [9, 8, 9, 5, 1, 5, 9])) == (0, 0, 4)


def test_without_medians_the_middle_of_the_wavelengths_is_chosen(tmp_path):
    assert chosen(cube_with(tmp_path, [1.0, 1.01, 1.02, 1.1, 1.2], None)) == (0, 0, 3)


def test_without_any_table_the_middle_plane_is_chosen(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 5, 4, 5), without=["WCS-TAB", "VAR-EXT-DATAMEDN"])
    assert chosen(path) == (0, 0, 2)


def test_for_too_many_wavelengths_the_middle_is_chosen_without_a_list_of_them(tmp_path):
    count = 1000 * MAX_WAVELENGTHS
    path = write_fits(tmp_path / "a.fits", np.zeros((count, 1, 1), "u1"))
    tracemalloc.start()
    try:
        assert chosen(path) == ((count - 1) // 2,)
        assert tracemalloc.get_traced_memory()[1] < count
    finally:
        tracemalloc.stop()


def test_without_wavelengths_and_medians_the_middle_plane_is_chosen(tmp_path):
    assert chosen(cube_with(tmp_path, None, [np.nan] * 5)) == (0, 0, 2)


def test_a_frame_without_a_median_is_not_chosen(tmp_path):
    assert chosen(cube_with(tmp_path, [1, 2, 3, 4, 5], [9, 4, np.nan, 4.1, 9])) in [(0, 0, 1), (0, 0, 3)]


@pytest.mark.parametrize("wavelengths", [[np.nan] * 4, [0] * 4, [np.inf] * 4, [-1e300] * 4, [1e300] * 4])
def test_missing_wavelengths_are_ignored(tmp_path, wavelengths):
    assert chosen(cube_with(tmp_path, wavelengths, [9, 3, 9, 9])) == (0, 0, 1)


@pytest.mark.parametrize("median", [1e308, -1e308, np.inf, -np.inf])
def test_missing_medians_are_ignored(tmp_path, median):
    assert chosen(cube_with(tmp_path, [1, 2, 3, 4, 5], [9, 8, 3, 8, median])) == (0, 0, 2)


def test_a_table_that_does_not_fit_is_ignored(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 5, 4, 5), without=["WCS-TAB"])
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.arange(3.0)})
    assert chosen(path) == (0, 0, 2)


@pytest.mark.parametrize(
    ("shape", "index"), [((4, 5), ()), ((3, 4, 5), (1,)), ((4, 3, 4, 5), (0, 1)), ((2, 2, 4, 3, 4, 5), (0, 0, 0, 1))]
)
def test_cubes_of_any_number_of_axes_have_a_frame(tmp_path, shape, index):
    assert chosen(write_fits(tmp_path / "a.fits", np.zeros(shape, "u1"))) == index


def test_ctype_decides_the_roles_of_the_axes(tmp_path):
    keywords = {"CTYPE3": "UTC", "CTYPE4": "WAVE", "CTYPE5": "STOKES", "CRPIX5": 3, "CRVAL5": 1, "CDELT5": -1}
    path = write_fits(tmp_path / "a.fits", np.zeros((4, 5, 6, 2, 2), "u1"), keywords)
    # Stokes V, Q … run backwards here: I is the third.
    assert chosen(path) == (2, 2, 0)
    with open_sst_cube(path) as cube:
        assert scan_count(cube) == 6


def test_a_series_of_images_is_one_along_time(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.zeros((6, 2, 2), "u1"), {"CTYPE3": "TIME"})
    assert chosen(path) == (0,)
    with open_sst_cube(path) as cube:
        assert scan_count(cube) == 6


@pytest.mark.parametrize("value", [1e300, -1e300, 0, "I"])
def test_a_hostile_stokes_axis_is_harmless(tmp_path, value):
    keywords = {"CTYPE4": "STOKES", "CRVAL4": value, "CDELT4": value}
    path = write_fits(tmp_path / "a.fits", np.zeros((4, 3, 2, 2), "u1"), keywords)
    assert chosen(path) in [(0, 1), (1, 1)]


def test_a_file_without_images_has_no_frame(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.zeros(5, "u1"))
    with pytest.raises(PermanentError, match="no images"):
        chosen(path)


def test_a_long_axis_of_stokes_components_takes_no_memory(tmp_path):
    count = 10_000_000
    path = write_fits(tmp_path / "a.fits", np.zeros((count, 1, 1), "u1"), {"CTYPE3": "STOKES"})
    tracemalloc.start()
    try:
        assert chosen(path) == (0,)
        assert tracemalloc.get_traced_memory()[1] < count
    finally:
        tracemalloc.stop()


def sharpest(path):
    with open_sst_cube(path) as cube:
        return sharpest_scan(cube, choose_frame(cube))


def scans_of(tmp_path, *scans: np.ndarray):
    """Write a cube of one wavelength with these frames along its scans."""
    data = np.array(scans, "f4").reshape(len(scans), 1, 1, *scans[0].shape)
    return write_fits(tmp_path / "cube.fits", data)


CHECKS = np.indices((20, 20)).sum(axis=0) % 2


def test_the_scan_of_the_highest_contrast_is_chosen(tmp_path):
    path = scans_of(tmp_path, 100.0 + CHECKS, 100 + 9.0 * CHECKS, 100 + 3.0 * CHECKS)
    assert sharpest(path) == (1, 0, 0)


def test_missing_scans_are_skipped(tmp_path):
    missing = np.full((20, 20), np.nan)
    assert sharpest(scans_of(tmp_path, missing, missing, 100.0 + CHECKS)) == (2, 0, 0)
    assert sharpest(scans_of(tmp_path, missing, missing)) == (0, 0, 0)


def test_the_number_of_scans_read_is_bounded(tmp_path, monkeypatch):
    path = scans_of(tmp_path, *(100.0 + number * CHECKS for number in range(40)))
    read = []
    monkeypatch.setattr(frames, "read_frame", lambda cube, index, step: read.append(index) or 100.0 + index[0] * CHECKS)
    assert sharpest(path) == (39, 0, 0)
    assert len(read) == frames.MAX_SCANS_COMPARED


def test_the_first_scan_with_medians_gives_the_middle_of_the_line(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 5, 4, 5))
    medians = np.array([[np.nan] * 5, [9, 5, 2, 6, 9]], "f8").reshape(2, 1, 5, 1, 1)
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": medians})
    assert chosen(path) == (0, 0, 2)
