"""Which axis is which, by CTYPEn in any order, or by the telescope's layout where an axis has none."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from cubefile.axes import CubeAxes, cube_axes, frame_axes
from cubefile.cube import open_cube
from cubefile.layout import Layout
from cubefile.telescopes import SST


def axes_of(folder: Path, shape: tuple[int, ...], *ctypes: str | None, layout: Layout = SST.layout) -> CubeAxes:
    hdu = fits.PrimaryHDU(np.zeros(shape, dtype=np.uint8))
    for number, ctype in enumerate(ctypes, start=1):
        if ctype is not None:
            hdu.header[f"CTYPE{number}"] = ctype
    hdu.writeto(folder / "cube.fits", overwrite=True)
    with open_cube(folder, "cube.fits") as cube:
        cube.layout = layout
        return cube_axes(cube)


@pytest.mark.parametrize(
    ("ctypes", "axes"),
    [
        (("HPLN-TAB", "HPLT-TAB", "WAVE-TAB", "STOKES", "UTC--TAB"), CubeAxes(scan=0, stokes=1, wavelength=2)),
        ((None, None, None, None, None), CubeAxes(scan=0, stokes=1, wavelength=2)),
        (("", "  ", None, None, None), CubeAxes(scan=0, stokes=1, wavelength=2)),
        (("HPLN-TAN", "HPLT-TAN", "STOKES", "TIME", "AWAV"), CubeAxes(scan=1, stokes=2, wavelength=0)),
        (("WAVE", "HPLT-TAN", "HPLN-TAN", "STOKES", None), CubeAxes(scan=0, stokes=1, wavelength=4)),
        (("HPLN-TAN", "HPLT-TAN", "HPLN-RAS", "STOKES", "TIME"), CubeAxes(scan=0, stokes=1, wavelength=None)),
    ],
)
def test_ctype_names_an_axis_and_the_layout_names_axes_without_ctype(tmp_path, ctypes, axes):
    assert axes_of(tmp_path, (2, 4, 3, 6, 5), *ctypes) == axes


def test_a_slit_has_its_wavelengths_as_columns(tmp_path):
    assert axes_of(tmp_path, (8, 30, 25), "AWAV", "HPLT-TAN", "HPLN-TAN") == CubeAxes(wavelength=2)
    with open_cube(tmp_path, "cube.fits") as cube:
        assert frame_axes(cube) == CubeAxes()


def test_a_file_of_another_telescope_has_only_the_axes_that_ctype_names(tmp_path):
    assert axes_of(tmp_path, (2, 4, 3, 6, 5), None, None, "WAVE", layout=Layout()) == CubeAxes(wavelength=2)
