"""Coordinates in tables mean what astropy takes them to mean, whatever names, units and scales the header gives."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from common.errors import PermanentError
from cubefile.cube import open_cube
from cubefile.pointing import Pointing, read_pointing

NX, NY = 12, 10

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes an image whose coordinates are in a table, with changes to both headers."""

    def write(
        *,
        corners: np.ndarray | None = None,
        index: tuple[list[float], list[float]] | None = ([1, NX], [1, NY]),
        primary: dict[str, object] | None = None,
        table: dict[str, object] | None = None,
    ) -> Path:
        if corners is None:
            # The field is turned, and not quite a rectangle.
            longitude = np.array([[-352.0, -290.0], [-345.0, -282.0]])
            latitude = np.array([[118.0, 112.0], [170.0, 165.0]])
            corners = np.stack([longitude, latitude], axis=-1)
        columns = [("COORDS", corners)]
        cards: dict[str, object] = {}
        for axis, name in ((1, "HPLN"), (2, "HPLT")):
            cards |= {f"CTYPE{axis}": f"{name}-TAB", f"CUNIT{axis}": "arcsec", f"PV{axis}_3": axis}
            cards |= {f"PS{axis}_0": "WCS-TAB", f"PS{axis}_1": "COORDS"}
            cards |= {f"CRPIX{axis}": 0.0, f"CRVAL{axis}": 0.0, f"CDELT{axis}": 1.0}
            if index is not None:
                cards[f"PS{axis}_2"] = f"{name}-INDEX"
                columns.append((f"{name}-INDEX", np.array(index[axis - 1], dtype=np.float64)))
        image = fits.PrimaryHDU(np.zeros((NY, NX), dtype=np.int16))
        image.header.update({name: value for name, value in (cards | (primary or {})).items() if value is not None})
        row = np.empty(1, dtype=[(name, values.dtype, values.shape) for name, values in columns])
        for name, values in columns:
            row[name][0] = values
        extension = fits.BinTableHDU(row, name="WCS-TAB")
        extension.header.update(table or {})
        fits.HDUList([image, extension]).writeto(tmp_path / "cube.fits", overwrite=True)
        return tmp_path / "cube.fits"

    return write


def pointing_of(path: Path) -> Pointing:
    with open_cube(path.parent, path.name) as cube:
        return read_pointing(cube)


def expected_of(path: Path) -> tuple[float, ...]:
    """Return centre and sizes, arcsec, as astropy has them."""
    with fits.open(path) as hdus, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wcs = WCS(hdus[0].header, hdus)
        x, y = (NX + 1) / 2, (NY + 1) / 2
        places = [(x, y), (0.5, y), (NX + 0.5, y), (x, 0.5), (x, NY + 0.5)]
        factors = [unit.to("arcsec") for unit in wcs.wcs.cunit]
        centre, left, right, bottom, top = wcs.wcs_pix2world(places, 1) * factors
    return (*centre, np.hypot(*(right - left)), np.hypot(*(top - bottom)))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "index": None,
            "primary": {"CRPIX1": 1.0, "CRVAL1": 1.0, "CDELT1": 1 / 11, "CRPIX2": 1.0, "CRVAL2": 1.0}
            | {"CDELT2": 1 / 9},
        },
        {"index": ([0, 2 * NX], [0, NY + 1])},
        {"index": ([5, 7], [1, NY]), "primary": {"CRPIX1": 3.0, "CRVAL1": 5.5, "CDELT1": 0.1}},
        {"index": ([NX, 1], [NY, 1])},
        {"primary": {"CUNIT1": "arcmin", "CUNIT2": "arcmin"}},
        {"primary": {"CUNIT1": "deg", "CUNIT2": "deg"}, "corners": np.zeros((2, 2, 2)) + np.arange(2) * 0.01},
    ],
    ids=["corners", "no index", "a wider index", "an index with a scale", "a falling index", "arcmin", "deg"],
)
def test_centre_and_edges_are_those_of_astropy(write, changes):
    path = write(**changes)
    pointing = pointing_of(path)
    assert (pointing.x, pointing.y, pointing.size_x, pointing.size_y) == pytest.approx(expected_of(path), abs=1e-5)


def test_the_rotation_of_the_field_is_known(write):
    across = np.array([[-100.0, -100.0], [100.0, 100.0]])
    corners = np.stack([-across, np.array([[-50.0, 50.0], [-50.0, 50.0]])], axis=-1)
    assert pointing_of(write(corners=corners)).rotation == pytest.approx(90)


def test_the_unit_of_the_column_is_used_if_the_header_has_none(write):
    path = write(primary={"CUNIT1": None, "CUNIT2": None}, table={"TUNIT1": "arcmin"})
    in_arcmin = pointing_of(path)
    assert in_arcmin.x == pytest.approx(60 * pointing_of(write()).x)


def test_a_table_of_another_name_is_found(write):
    path = write(primary={"PS1_0": "PLACES", "PS2_0": "PLACES"}, table={"EXTNAME": "PLACES"})
    assert pointing_of(path).x is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"primary": {"CUNIT1": "kg"}},
        {"primary": {"PV1_3": 3}},
        {"primary": {"PV1_3": -1}},
        {"index": ([1, NX], [1, 5, NY])},
        {"corners": np.zeros((2, 2, 2, 2))},
    ],
    ids=str,
)
def test_a_table_that_does_not_fit_is_refused_with_a_sentence(write, changes):
    with pytest.raises(PermanentError, match=r"WCS-TAB|CUNIT1"):
        pointing_of(write(**changes))
