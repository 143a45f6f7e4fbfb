"""The seeing along time, as it is plotted."""

import json

import numpy as np
import pytest
from astropy.io import fits

from common.errors import PermanentError
from devtools.sample_cubes import write_cube
from previews.plots import MAX_SAMPLES, PlotUnavailable, seeing
from tests.previews.fits_files import open_sst_cube, replace_table

TABLE = "VAR-EXT-ATMOS_R0"


def data(path):
    with open_sst_cube(path) as cube:
        plot = seeing(cube)
    json.dumps(plot, allow_nan=False)
    return plot


def cube_with(tmp_path, r0, seconds, **options):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5), **options)
    r0, seconds = np.asarray(r0), np.asarray(seconds)
    replace_table(path, TABLE, {"ATMOS_R0": r0, "TIME-ATMOS_R0": seconds})
    return path


def test_both_series_are_those_of_the_table(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5))
    table = fits.getdata(path, TABLE)
    plot = data(path)
    np.testing.assert_allclose(plot["r0_low"], table["ATMOS_R0"][0][:, 0], atol=1e-5)
    np.testing.assert_allclose(plot["r0_low_and_high"], table["ATMOS_R0"][0][:, 1], atol=1e-5)
    assert len(plot["times"]) == len(plot["r0_low"])
    assert plot["units"] == {"times": "UTC", "r0": "m"}


def test_times_are_utc_counted_from_dateref(tmp_path):
    path = cube_with(tmp_path, [[0.1, 0.05], [0.2, 0.1]], [[63295.25], [86400.0]])
    assert data(path)["times"] == ["2019-04-19T17:34:55.250Z", "2019-04-20T00:00:00.000Z"]


def test_the_times_of_each_scan_are_given(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 4, 3, 4, 5))
    begins = fits.getdata(path, "VAR-EXT-DATE-BEG")["DATE-BEG"][0].reshape(2, 3)
    ends = fits.getdata(path, "VAR-EXT-DATE-END")["DATE-END"][0].reshape(2, 3)
    plot = data(path)
    assert plot["scans"] == [
        {"begin": f"{min(begins[scan])[:23]}Z", "end": f"{max(ends[scan])[:23]}Z"} for scan in (0, 1)
    ]
    assert plot["scans_missing"] == ""


def test_one_scan_has_its_times(tmp_path):
    assert len(data(write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5)))["scans"]) == 1


def test_the_seeing_is_given_without_the_times_of_the_scans(tmp_path):
    plot = data(write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5), without=["VAR-EXT-DATE-END"]))
    assert plot["r0_low"]
    assert plot["scans"] == []
    assert "VAR-EXT-DATE-END" in plot["scans_missing"]


def test_missing_times_of_a_scan_are_ignored_if_others_are_known(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5))
    begins = ["", "2019-04-19T17:35:01", "2019-04-19T17:35:02", "", "NaT", ""]
    ends = ["2019-04-19T17:35:01", "2019-04-19T17:35:02", "NaT", "2019-04-19T17:36:00", "", "2019-04-19T17:36:01"]
    for key, texts in (("DATE-BEG", begins), ("DATE-END", ends)):
        replace_table(path, f"VAR-EXT-{key}", {key: np.array(texts, "S26").reshape(2, 3)})
    assert data(path)["scans"] == [
        {"begin": "2019-04-19T17:35:01.000Z", "end": "2019-04-19T17:35:02.000Z"},
        {"begin": None, "end": "2019-04-19T17:36:01.000Z"},
    ]


@pytest.mark.parametrize("texts", [[["yesterday"]] * 3, [["2019-04-19T17:34:55.5"]] * 5, [["2019-99-99"]] * 3])
def test_odd_times_of_scans_are_left_out(tmp_path, texts):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5))
    replace_table(path, "VAR-EXT-DATE-BEG", {"DATE-BEG": np.array(texts, "S26")})
    plot = data(path)
    assert plot["scans"] == []
    assert "DATE-BEG" in plot["scans_missing"]


def test_missing_values_are_null(tmp_path):
    r0 = [[np.nan, 0.1], [np.inf, 0.1], [-1, 0.1], [0.2, 1e30]]
    plot = data(cube_with(tmp_path, r0, [[1.0], [np.nan], [1e300], [-np.inf]]))
    assert plot["r0_low"] == [None, None, None, 0.2]
    assert plot["r0_low_and_high"] == [0.1, 0.1, 0.1, None]
    assert plot["times"] == ["2019-04-19T00:00:01.000Z", None, None, None]


def test_one_sample_is_a_series(tmp_path):
    # The table's only row of two values has lost its last axis.
    assert data(cube_with(tmp_path, [0.1, 0.05], [3.0]))["r0_low"] == [0.1]


def test_a_long_series_is_thinned_out(tmp_path):
    count = 3 * MAX_SAMPLES
    r0 = np.full((count, 2), 0.1)
    plot = data(cube_with(tmp_path, r0, np.arange(count, dtype="f8")[:, None]))
    assert len(plot["times"]) == len(plot["r0_low"]) == MAX_SAMPLES
    assert plot["times"][1] == "2019-04-19T00:00:03.000Z"


def test_a_cube_without_the_table_has_no_plot(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5), without=[TABLE])
    with pytest.raises(PlotUnavailable, match="no table VAR-EXT-ATMOS_R0"):
        data(path)
    assert issubclass(PlotUnavailable, PermanentError)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"ATMOS_R0": np.ones((3, 2))}, "no column TIME-ATMOS_R0"),
        ({"TIME-ATMOS_R0": np.ones(3)}, "no column ATMOS_R0"),
        ({"ATMOS_R0": np.ones((3, 2)), "TIME-ATMOS_R0": np.ones(4)}, "4 times"),
        ({"ATMOS_R0": np.ones((2, 3)), "TIME-ATMOS_R0": np.ones(3)}, r"\(2, 3\)"),
        ({"ATMOS_R0": np.ones(6), "TIME-ATMOS_R0": np.ones(3)}, r"\(6,\)"),
        ({"ATMOS_R0": np.array(["a", "b"]), "TIME-ATMOS_R0": np.ones(1)}, "cannot be read"),
        ({"ATMOS_R0": np.ones((0, 2)), "TIME-ATMOS_R0": np.ones(0)}, "shape"),
    ],
)
def test_an_odd_table_is_no_plot(tmp_path, columns, reason):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5))
    replace_table(path, TABLE, columns)
    with pytest.raises(PlotUnavailable, match=reason):
        data(path)


@pytest.mark.parametrize("dateref", [None, "yesterday", 5])
def test_without_a_reference_time_there_is_no_plot(tmp_path, dateref):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 4, 5), keywords={"DATEREF": dateref})
    with pytest.raises(PlotUnavailable, match="DATEREF"):
        data(path)
