"""What only the files of the Swedish 1-m Solar Telescope have; its OIDs are in `tests.cubefile.test_oid`."""

import numpy as np
import pytest

from cubefile.axes import CubeAxes, cube_axes
from cubefile.cube import open_cube
from cubefile.header import Header
from cubefile.layout import Layout
from cubefile.telescopes import SST
from tests.previews.fits_files import write_fits
from tests.support.raw_fits import raw_header


@pytest.mark.parametrize(("name", "line", "nm"), [("6173", "Fe I", 617.33), ("8542", "Ca II", 854.21)])
def test_the_lines_of_its_filters(name, line, nm):
    assert SST.lines[name] == (line, nm)


def test_a_filter_is_within_two_nanometres_of_its_line():
    assert len(SST.lines) == 19
    for name, line in SST.lines.items():
        assert line.nm is None or abs(float(name) / 10 - line.nm) < 2


@pytest.mark.parametrize("card", ["FILTER1 = '6173    '", "FILTER1 = 6173"])
def test_the_line_is_filter1(card):
    assert SST().spectral_line(Header(raw_header(card))) == "6173"


def test_a_header_without_filter1_names_no_line():
    assert SST().spectral_line(Header(raw_header("WAVELNTH= 617.3"))) == ""


def test_axes_without_a_type_are_those_of_its_cubes(tmp_path):
    write_fits(tmp_path / "a.fits", np.zeros((2, 4, 3, 1, 1), "u1"))
    with open_cube(tmp_path, "a.fits") as cube:
        assert cube_axes(cube) == CubeAxes()
        cube.layout = SST.layout
        assert cube_axes(cube) == CubeAxes(scan=0, stokes=1, wavelength=2)


def test_a_type_that_the_header_names_wins(tmp_path):
    write_fits(tmp_path / "a.fits", np.zeros((2, 4, 3, 1, 1), "u1"), {"CTYPE3": "STOKES"})
    with open_cube(tmp_path, "a.fits") as cube:
        cube.layout = Layout(default_axes={3: "wavelength", 4: "stokes", 5: "scan"})
        assert cube_axes(cube) == CubeAxes(scan=0, stokes=2)
