"""Figures on pages have units, and plots have sentences."""

import pytest

from catalogue.pages.plot_texts import line_profile_text, seeing_text
from catalogue.templatetags.cubes import bytes_with_unit, pointing, solar_disk, wavelengths
from datacubes.models import Metadata


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (12_345, "12.3 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (1_400_000_000, "1.40 GB"),
        (52_000_000_000, "52.0 GB"),
        (7 * 10**17, "700 PB"),
    ],
)
def test_a_size_has_three_digits_and_a_unit(size, text):
    assert bytes_with_unit(size).replace("\N{NO-BREAK SPACE}", " ") == text


def test_wavelengths_are_in_nm():
    assert wavelengths(Metadata(wavelength_min=617.155, wavelength_max=617.6)) == "617.15–617.60\N{NO-BREAK SPACE}nm"
    assert wavelengths(Metadata(wavelength_max=617.6)) == "617.60\N{NO-BREAK SPACE}nm"
    assert wavelengths(Metadata()) == ""


def test_a_pointing_is_in_arcsec_with_signs():
    assert pointing(Metadata(pointing_x=-352.4, pointing_y=0.2)) == "−352″,\N{NO-BREAK SPACE}+0″"
    assert pointing(Metadata(pointing_x=1.0)) == ""


def test_a_field_is_drawn_on_the_disk_with_north_up():
    disk = solar_disk(Metadata(pointing_x=-300, pointing_y=100, size_x=60, size_y=40))
    assert (disk["left"], disk["top"], disk["width"], disk["height"]) == (-330, -120, 60, 40)


@pytest.mark.parametrize("place", [{}, {"pointing_x": 1e9, "pointing_y": 0}, {"pointing_x": 0}])
def test_a_field_far_from_the_sun_is_not_drawn(place):
    assert solar_disk(Metadata(**place)) == {"known": False}


def test_a_seeing_without_values_or_times_has_a_sentence():
    nothing = {"times": ["2019-04-19T00:00:00Z"], "r0_low": [None], "r0_low_and_high": [None]}
    assert seeing_text(nothing) == "Fried parameter r₀ over 0.0 min. No value is known."
    assert seeing_text({"times": [None], "r0_low": [0.1], "r0_low_and_high": [0.1]}) == (
        "The file gives the seeing without times."
    )


def test_a_profile_of_one_wavelength_or_of_none_has_a_sentence():
    one = {"wavelengths": [617.3], "stokes": {"I": [None]}, "scans": 1}
    assert line_profile_text(one) == "Median over the field, mean of 1 scan: Stokes I, 1 wavelength at 617.300 nm."
    assert line_profile_text({"wavelengths": [], "stokes": {"I": []}, "scans": 1}) == (
        "The file gives the profile without wavelengths."
    )
