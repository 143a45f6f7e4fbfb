"""Linear coordinates mean what astropy takes them to mean, in every form that the standard names."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from common.errors import PermanentError
from cubefile.cube import open_cube
from cubefile.pointing import Pointing, read_pointing

BASE = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}
CENTRE = {"CRPIX1": 20.5, "CRPIX2": 15.5, "CRVAL1": -740.53, "CRVAL2": -243.21}
SCALE = {"CDELT1": 0.5, "CDELT2": 0.6}
QUARTER = {"PC1_1": 0.0, "PC1_2": -1.0, "PC2_1": 1.0, "PC2_2": 0.0}


def turned(degrees: float, by: float = 1.0) -> dict[str, float]:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {"PC1_1": cosine, "PC1_2": -sine / by, "PC2_1": sine * by, "PC2_2": cosine}


FORMS: dict[str, tuple[tuple[int, ...], dict[str, object]]] = {
    "CDELT": ((30, 40), BASE | CENTRE | SCALE),
    "a CRPIX far away": ((30, 40), BASE | CENTRE | SCALE | {"CRPIX1": 500.0, "CRPIX2": -300.0}),
    "PC of 90° around a CRPIX far away": ((30, 40), BASE | CENTRE | SCALE | QUARTER | {"CRPIX1": 250.0}),
    "PC of 30°": ((30, 40), BASE | CENTRE | SCALE | turned(30, 0.5 / 0.6)),
    "PC of -100°": ((30, 40), BASE | CENTRE | {"CDELT1": 0.5, "CDELT2": 0.5} | turned(-100)),
    "CROTA2 of 180°, as HMI": ((64, 64), BASE | CENTRE | {"CDELT1": 0.5, "CDELT2": 0.5, "CROTA2": 180.0}),
    "CROTA2 of 37°": ((30, 40), BASE | CENTRE | SCALE | {"CROTA2": 37.0}),
    "CD": ((30, 40), BASE | CENTRE | {"CD1_1": 0.3, "CD1_2": -0.4, "CD2_1": 0.4, "CD2_2": 0.3}),
    "CD, where one entry is left out": ((30, 40), BASE | CENTRE | {"CD1_1": 0.3, "CD2_2": 0.3}),
    "degrees by default": (
        (30, 40),
        {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN"}
        | CENTRE
        | {"CRVAL1": -0.2, "CRVAL2": 0.1, "CDELT1": 1e-4}
        | {"CDELT2": 1e-4},
    ),
    "CAR": ((30, 40), BASE | CENTRE | SCALE | {"CTYPE1": "HPLN-CAR", "CTYPE2": "HPLT-CAR"}),
    "ZPN with PV": (
        (30, 40),
        BASE | CENTRE | SCALE | {"CTYPE1": "HPLN-ZPN", "CTYPE2": "HPLT-ZPN", "PV2_1": 1.0, "PV2_3": 0.01},
    ),
    "LONPOLE": ((30, 40), BASE | CENTRE | SCALE | {"LONPOLE": 170.0}),
    "a full disk": ((40, 40), BASE | CENTRE | {"CRVAL1": 0.0, "CRVAL2": 0.0, "CDELT1": 60.0, "CDELT2": 60.0}),
    "x to the left": ((30, 40), BASE | CENTRE | SCALE | {"CDELT1": -0.5}),
    "latitude first": (
        (30, 40),
        CENTRE | SCALE | {"CTYPE1": "HPLT-TAN", "CTYPE2": "HPLN-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"},
    ),
    "wavelength, latitude, longitude, as ViSP": (
        (8, 30, 25),
        {"CTYPE1": "AWAV", "CUNIT1": "nm", "CRPIX1": 1.0, "CRVAL1": 630.1, "CDELT1": 0.001}
        | {"CTYPE2": "HPLT-TAN", "CUNIT2": "arcsec", "CRPIX2": 500.0, "CRVAL2": 113.0, "CDELT2": 0.1}
        | {"CTYPE3": "HPLN-TAN", "CUNIT3": "arcsec", "CRPIX3": -90.0, "CRVAL3": -81.0, "CDELT3": 0.2}
        | {"PC2_3": -0.3, "PC3_2": 0.4, "PC2_2": 0.95, "PC3_3": 0.95},
    ),
    "time along the slit, as SPICE": (
        (1, 6, 30, 40),
        BASE
        | CENTRE
        | SCALE
        | {"CTYPE3": "WAVE", "CUNIT3": "nm", "CRPIX3": 1.0, "CRVAL3": 97.0, "CDELT3": 0.01}
        | {"CTYPE4": "TIME", "CUNIT4": "s", "CRPIX4": 1.0, "CRVAL4": 0.0, "CDELT4": 100.0, "PC4_1": -0.5},
    ),
}

ReadPointing = Callable[..., Pointing]


@pytest.fixture
def read(tmp_path: Path) -> ReadPointing:
    """Return a function that writes an image with some keywords and reads its pointing."""

    def read(shape: tuple[int, ...], keywords: Mapping[str, object]) -> Pointing:
        hdu = fits.PrimaryHDU(np.zeros(shape, dtype=np.int16))
        hdu.header.update(keywords)
        hdu.writeto(tmp_path / "cube.fits", overwrite=True)
        with open_cube(tmp_path, "cube.fits") as cube:
            return read_pointing(cube)

    return read


def world(shape: tuple[int, ...], keywords: Mapping[str, object], *places: tuple[float, float]) -> np.ndarray:
    """Return longitude and latitude in arcsec, as astropy has them, at places from -1 to 1 along each side."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wcs = WCS(fits.Header(keywords), naxis=len(shape))
    lengths = np.array(shape[::-1])
    kinds = [str(keywords.get(f"CTYPE{axis}", ""))[:4] for axis in range(1, len(shape) + 1)]
    lon, lat = kinds.index("HPLN"), kinds.index("HPLT")
    pixels = np.tile((lengths + 1) / 2, (len(places), 1))
    pixels[:, [lon, lat]] += np.array(places) * lengths[[lon, lat]] / 2
    values = wcs.wcs_pix2world(pixels, 1)[:, [lon, lat]] * 3600
    return np.where(values > 180 * 3600, values - 360 * 3600, values)


@pytest.mark.parametrize("form", FORMS)
def test_centre_and_corners_are_those_of_astropy(read, form):
    shape, keywords = FORMS[form]
    pointing = read(shape, keywords)
    centre, left, right, bottom, top = world(shape, keywords, (0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    assert (pointing.x, pointing.y) == pytest.approx(centre, abs=1e-4)
    # A projection bends a large field by less than a thousandth.
    assert pointing.size_x == pytest.approx(np.hypot(*(right - left)), rel=2e-3)
    assert pointing.size_y == pytest.approx(np.hypot(*(top - bottom)), rel=2e-3)
    up = top - bottom
    rotation = np.degrees(np.arctan2(-up[0], up[1]))
    assert (pointing.rotation - rotation + 180) % 360 - 180 == pytest.approx(0, abs=0.1)


def test_the_rotation_is_that_of_the_images_top_against_solar_north(read):
    assert read(*FORMS["CROTA2 of 37°"]).rotation == pytest.approx(37)
    assert abs(read(*FORMS["CROTA2 of 180°, as HMI"]).rotation) == pytest.approx(180)
    assert read(*FORMS["PC of 90° around a CRPIX far away"]).rotation == pytest.approx(90)
    assert read(*FORMS["CDELT"]).rotation == 0


def test_the_alternative_coordinates_are_used_if_the_primary_ones_are_missing(read):
    second = {f"{name}A": value for name, value in (BASE | CENTRE | SCALE).items()}
    assert read((30, 40), second) == read((30, 40), BASE | CENTRE | SCALE)


def test_coordinates_with_steps_of_zero_give_the_centre_only(read):
    second = {f"{name}A": value for name, value in (BASE | CENTRE | {"CDELT1": 0, "CDELT2": 0}).items()}
    assert read((30, 40), second | {"WCSNAMEA": "AVERAGED APPROXIMATE CENTER POINT"}) == Pointing(x=-740.53, y=-243.21)


@pytest.mark.parametrize(
    ("keywords", "mu"),
    [
        ({"RSUN_OBS": 955.2}, 0.5784),
        ({"DSUN_OBS": 1.5032e11}, 0.5778),
        ({"DSUN_OBS": 1.5032e11, "RSUN_REF": 6.96e8}, 0.5784),
        ({"RSUN_OBS": 700.0}, None),
        ({"RSUN_OBS": "large"}, None),
        ({"RSUN_OBS": 0}, None),
        ({}, None),
    ],
)
def test_the_distance_from_disk_centre_needs_the_suns_radius_in_the_header(read, keywords, mu):
    found = read((30, 40), BASE | CENTRE | SCALE | keywords).mu
    assert found == (None if mu is None else pytest.approx(mu, abs=2e-3))


@pytest.mark.parametrize(
    "changes",
    [
        {"CD1_1": 0.0, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 0.0},
        {"PC1_1": 1.0, "PC1_2": 1.0, "PC2_1": 1.0, "PC2_2": 1.0},
        {"CTYPE1": "HPLN-XYZ", "CTYPE2": "HPLT-XYZ"},
        {"CTYPE2": "HPLT-CAR"},
        {"CUNIT1": "kg"},
        {"CUNIT1": "10**99999999 deg"},
        {"CTYPE1": "HPLN-ZPN", "CTYPE2": "HPLT-ZPN", "PV2_1": 0.0},
    ],
    ids=str,
)
def test_coordinates_that_contradict_each_other_are_refused_with_a_sentence(read, changes):
    with pytest.raises(PermanentError, match=r"coordinates|CUNIT1"):
        read((30, 40), BASE | CENTRE | SCALE | changes)


@pytest.mark.parametrize("keyword", ["CRPIX1", "CRVAL2", "CDELT1"])
@pytest.mark.parametrize("value", [None, "small", 1e300, True])
def test_a_missing_number_leaves_the_pointing_unknown(read, keyword, value):
    keywords = BASE | CENTRE | SCALE | {keyword: value}
    assert read((30, 40), {name: value for name, value in keywords.items() if value is not None}) == Pointing()
