"""What stands in FITS headers is shown as text, whatever it is."""

import json

import pytest

from datacubes.models import PlotData

ATTACK = "<script>alert(1)</script>"
HOSTILE = {
    "OBSERVER": ATTACK,
    "OBJECT": '"><img src=x onerror=alert(1)>',
    "RELEASE": "2999-01-01",
    "RELEASEC": ATTACK,
    "FILTER1": "'\"><svg/onload=1>",
    "POINT_ID": '"onmouseover="alert(1)',
    "BUNIT": "</script><script>alert(1)",
}


@pytest.fixture
def hostile_cube(archive_cube):
    return archive_cube(HOSTILE, oid=f'"{ATTACK}', path="hostile.fits")


@pytest.mark.parametrize("path", ["/", "/cubes/%22%3Cscript%3Ealert(1)%3C%2Fscript%3E/"])
def test_no_script_comes_into_a_page(hostile_cube, visit, path):
    page = visit(path)
    elements = page.all()
    assert all(
        element.attributes.get("src") or element.attributes["type"] == "application/json"
        for element in page.all("script")
    )
    assert not [element for element in elements if any(name.startswith("on") for name in element.attributes)]
    assert not page.all("img", src="x")


def test_the_text_is_shown_unchanged(hostile_cube, visit):
    page = visit("/cubes/%22%3Cscript%3Ealert(1)%3C%2Fscript%3E/")
    rows = {row.one("th").text: row.one("td").text for row in page.one("tbody").all("tr")}
    assert rows["OBSERVER"].startswith(ATTACK)
    assert rows["OBJECT"].startswith(HOSTILE["OBJECT"])
    assert ATTACK in page.one("section", class_="download").text
    assert ATTACK in page.one("p", class_="oid").text
    assert f"OBSERVER= '{ATTACK}'" in page.one("pre", aria_label="Cards of the cube's header").content[0]
    assert HOSTILE["FILTER1"] in page.one("h1").text


def test_the_unit_of_a_plot_cannot_end_its_data(hostile_cube, visit):
    page = visit("/cubes/%22%3Cscript%3Ealert(1)%3C%2Fscript%3E/")
    profile = json.loads(page.one("script", id="line-profile-data").content[0])
    assert profile["units"]["intensity"] == HOSTILE["BUNIT"]


def test_filters_are_shown_as_text(hostile_cube, visit):
    page = visit("/?search=%3Cscript%3Ealert(1)%3C/script%3E&spectral_line=%22%3E%3Cimg%20src=x%3E")
    assert page.one("input", name="search").attributes["value"] == ATTACK
    assert ATTACK in page.one("ul", class_="active-filters").text
    assert not page.all("img", src="x")


def test_text_beyond_ascii_is_shown(archive_cube, visit):
    cube = archive_cube()
    plots = PlotData.objects.get(cube=cube)
    plots.line_profile["stokes"] = {"Å": plots.line_profile["stokes"]["I"]}
    plots.save()
    assert "Stokes Å" in visit(f"/cubes/{cube.oid}/").text
