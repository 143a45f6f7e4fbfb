"""The profile of the spectral line, as it is plotted."""

import json

import numpy as np
import pytest
from astropy.io import fits

from devtools.sample_cubes import write_cube
from previews.plots import PlotUnavailable, line_profile
from tests.previews.fits_files import open_sst_cube, replace_table, write_fits


def profile(path):
    with open_sst_cube(path) as cube:
        plot = line_profile(cube)
    json.dumps(plot, allow_nan=False)
    return plot


def coordinates(wavelengths, scans=1):
    """Fill a column of WCS-TAB, shape (nscan, nwave, 2, 2, 4)."""
    values = np.zeros((scans, len(wavelengths), 2, 2, 4))
    values[..., 2] = np.array(wavelengths)[:, None, None]
    return values


def test_medians_are_the_mean_over_scans_for_each_stokes_component(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(3, 4, 5, 6, 7))
    medians = fits.getdata(path, "VAR-EXT-DATAMEDN")["DATAMEDN"][0].reshape(3, 4, 5)
    plot = profile(path)
    assert list(plot["stokes"]) == ["I", "Q", "U", "V"]
    np.testing.assert_allclose(list(plot["stokes"].values()), medians.mean(axis=0))
    np.testing.assert_allclose(plot["wavelengths"], 617.334 + np.linspace(-0.035, 0.035, 5))
    assert plot["scans"] == 3
    assert plot["units"] == {"wavelengths": "nm", "intensity": "W m^-2 Hz^-1 sr^-1"}


def test_intensity_alone_is_stokes_i(tmp_path):
    plot = profile(write_cube(tmp_path / "cube.fits", shape=(2, 1, 5, 6, 7)))
    assert list(plot["stokes"]) == ["I"]


@pytest.mark.parametrize("shape", [(1, 1, 1, 6, 7), (1, 4, 1, 6, 7), (1, 4, 5, 6, 7), (2, 1, 1, 6, 7)])
def test_axes_of_length_one_may_be_missing_in_the_tables(tmp_path, shape):
    path = write_cube(tmp_path / "cube.fits", shape=shape)
    before = profile(path)
    table = fits.getdata(path, "VAR-EXT-DATAMEDN")["DATAMEDN"][0]
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.array(table).squeeze()})
    corners = np.array(fits.getdata(path, "WCS-TAB")["HPLN+HPLT+WAVE+TIME"][0])
    while corners.ndim > 3 and corners.shape[0] == 1:
        corners = corners[0]
    replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": corners})
    assert profile(path) == before


def test_the_coordinates_are_in_the_order_of_the_column_s_name(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 5, 6, 7))
    before = profile(path)
    corners = np.array(fits.getdata(path, "WCS-TAB")["HPLN+HPLT+WAVE+TIME"][0])
    replace_table(path, "WCS-TAB", {"WAVE+TIME+HPLT": corners[..., [2, 3, 1]]})
    assert profile(path)["wavelengths"] == before["wavelengths"]


def test_wavelengths_are_sorted_whatever_order_they_were_taken_in(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 6, 7))
    replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([5.0, 6.0, 4.0])})
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.array([50.0, 60.0, 40.0])})
    plot = profile(path)
    assert plot["wavelengths"] == [4, 5, 6]
    assert plot["stokes"] == {"I": [40, 50, 60]}


def test_wavelengths_in_another_unit_become_nanometres(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 6, 7), keywords={"CUNIT3": "Angstrom"})
    replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([6173.0, 6174.0])})
    assert profile(path)["wavelengths"] == pytest.approx([617.3, 617.4])


def test_missing_medians_are_left_out_of_the_mean(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 6, 7))
    values = np.array([[1, np.nan, np.nan], [3, 5, np.inf]]).reshape(2, 1, 3, 1, 1)
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": values})
    assert profile(path)["stokes"] == {"I": [2, 5, None]}


def test_a_missing_wavelength_is_left_out(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 6, 7))
    replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([5.0, np.nan, 4.0])})
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.array([50.0, 60.0, 40.0])})
    plot = profile(path)
    assert (plot["wavelengths"], plot["stokes"]["I"]) == ([4, 5], [40, 50])


def test_axes_in_another_order_are_read(tmp_path):
    keywords = {"CTYPE3": "STOKES", "CTYPE4": "TIME", "CTYPE5": "WAVE"}
    path = write_fits(tmp_path / "a.fits", np.zeros((3, 2, 4, 6, 7), "u1"), keywords)
    medians = np.arange(24.0).reshape(3, 2, 4)
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": medians[..., None, None]})
    replace_table(path, "WCS-TAB", {"WAVE": coordinates([1.0, 2.0, 3.0])[..., 2:3]})
    plot = profile(path)
    assert plot["scans"] == 2
    np.testing.assert_array_equal(list(plot["stokes"].values()), medians.mean(axis=1).T)


@pytest.mark.parametrize("name", ["WCS-TAB", "VAR-EXT-DATAMEDN"])
def test_a_cube_without_one_of_the_tables_has_no_plot(tmp_path, name):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5), without=[name])
    with pytest.raises(PlotUnavailable, match=f"no table {name}"):
        profile(path)


@pytest.mark.parametrize(
    ("table", "columns", "reason"),
    [
        ("WCS-TAB", {"HPLN+HPLT": np.zeros((3, 2, 2, 2))}, "no column with a coordinate WAVE"),
        ("WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([1.0, 2.0])}, "3 wavelengths"),
        ("WCS-TAB", {"HPLN+WAVE": coordinates([1.0, 2.0, 3.0])}, "2 coordinates"),
        ("WCS-TAB", {"HPLN+HPLT+WAVE+TIME": np.zeros(4)}, "1 axes"),
        ("WCS-TAB", {"HPLN+HPLT+WAVE+TIME": np.zeros((1, 1, 3, 2, 2, 4))}, "6 axes"),
        ("WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([np.nan] * 3)}, "no wavelength"),
        ("WCS-TAB", {"HPLN+HPLT+WAVE+TIME": np.array(["a", "b"])}, "cannot be read"),
        ("VAR-EXT-DATAMEDN", {"MEDIAN": np.ones(3)}, "no column DATAMEDN"),
        ("VAR-EXT-DATAMEDN", {"DATAMEDN": np.ones(4)}, "does not fit"),
        ("VAR-EXT-DATAMEDN", {"DATAMEDN": np.array(["a", "b", "c"])}, "cannot be read"),
    ],
)
def test_an_odd_table_is_no_plot(tmp_path, table, columns, reason):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5))
    replace_table(path, table, columns)
    with pytest.raises(PlotUnavailable, match=reason):
        profile(path)


def test_medians_of_as_many_but_other_axes_give_no_plot(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(3, 1, 2, 4, 5))
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.ones((2, 1, 3, 1, 1))})
    with pytest.raises(PlotUnavailable, match="does not fit"):
        profile(path)


@pytest.mark.parametrize("unit", ["kg", "nonsense", "1/0", "10**99999999 m", "km^999 m"])
def test_wavelengths_without_a_unit_of_length_give_no_plot(tmp_path, unit):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5), keywords={"CUNIT3": unit})
    with pytest.raises(PlotUnavailable, match="not a unit of length"):
        profile(path)


def test_more_stokes_components_than_exist_give_no_plot(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.zeros((5, 3, 2, 2), "u1"))
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.ones((5, 3, 1, 1))})
    replace_table(path, "WCS-TAB", {"HPLN+HPLT+WAVE+TIME": coordinates([1.0, 2.0, 3.0])})
    with pytest.raises(PlotUnavailable, match="Stokes"):
        profile(path)


def test_a_table_of_damaged_bytes_gives_no_plot(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"TFORM1  = '3D", b"TFORM1  = '?D"))
    assert path.read_bytes() != content
    with pytest.raises(PlotUnavailable):
        profile(path)


def test_a_profile_of_nan_only_gives_no_plot(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5))
    replace_table(path, "VAR-EXT-DATAMEDN", {"DATAMEDN": np.full((2, 1, 3, 1, 1), np.nan)})
    with pytest.raises(PlotUnavailable, match="VAR-EXT-DATAMEDN has no median that is a number"):
        profile(path)
