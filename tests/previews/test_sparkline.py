"""The line profile as a small drawing."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from previews.sparkline import sparkline

SVG = "{http://www.w3.org/2000/svg}"


def drawing(wavelengths, intensities, name="I"):
    return ElementTree.fromstring(sparkline({"wavelengths": wavelengths, "stokes": {name: intensities, "V": []}}))


def points(svg):
    """Return the lines of the path, each as a list of points."""
    path = svg.find(f"{SVG}path").get("d")
    return [
        [tuple(map(float, point)) for point in re.findall(r"[ML]([\d.]+) ([\d.]+)", part)]
        for part in re.findall(r"M[^M]*", path)
    ]


def test_the_profile_is_drawn_from_blue_to_red_and_bright_is_up():
    (line,) = points(drawing([1.0, 2.0, 3.0], [10.0, 0.0, 5.0]))
    assert line[1:] == [(2, 2), (50, 26), (98, 14)]


def test_the_drawing_has_the_colour_of_its_surroundings_and_a_title():
    svg = drawing([617.155, 617.605], [1.0, 2.0])
    assert svg.find(f"{SVG}path").get("stroke") == "currentColor"
    assert svg.get("role") == "img"
    title = "Line profile: median of Stokes I from 617.155 to 617.605 nm"
    assert (svg.get("aria-label"), svg.find(f"{SVG}title").text) == (title, title)


def test_a_missing_intensity_is_a_gap():
    first, second = points(drawing([1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, None, 3.0, 1.0]))
    assert first[-1][0] == 26
    assert second[0][0] == 74


def test_a_point_between_two_gaps_is_a_dot():
    (dot,) = points(drawing([1.0, 2.0, 3.0], [None, 1.0, None]))
    assert dot == [(50, 14), (50, 14)]


def test_a_point_far_away_leaves_room_for_the_line():
    (line,) = points(drawing([393.0, 393.1, 393.2, 393.3, 400.0], [5.0, 1.0, 0.0, 1.0, 9.0]))
    assert line[-2][0] > 45


@pytest.mark.parametrize("intensities", [[3.0, 3.0, 3.0], [0.0, 0.0, 0.0]])
def test_a_constant_profile_is_a_level_line(intensities):
    (line,) = points(drawing([1.0, 2.0, 3.0], intensities))
    assert {y for _, y in line} == {14}


def test_a_profile_without_intensities_is_an_empty_drawing():
    assert points(drawing([1.0, 2.0], [None, None])) == []


def test_a_single_wavelength_is_a_dot():
    svg = drawing([617.3], [5.0])
    assert points(svg) == [[(50, 14), (50, 14)]]
    assert svg.find(f"{SVG}title").text == "Median of Stokes I at 617.300 nm"


def test_equal_wavelengths_are_drawn_side_by_side():
    (line,) = points(drawing([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))
    assert [x for x, _ in line[1:]] == [2, 50, 98]


def test_the_name_of_the_component_cannot_break_the_drawing():
    svg = drawing([1.0, 2.0], [1.0, 2.0], name='"><script>&')
    assert 'Stokes "><script>& from' in svg.find(f"{SVG}title").text
