"""The catalogue lists the cubes that answer to what is asked, with its state in the URL."""

import pytest

from datacubes.models import DataCube
from tests.support.archived_cubes import RESTRICTED, copy_of


def entries(page):
    return [entry.one("h3").one("b").text for entry in page.all("article")]


@pytest.fixture
def three_cubes(archive_cube):
    archive_cube()
    archive_cube(
        {
            "INSTRUME": "CHROMIS",
            "FILTER1": "3950",
            "WAVEMIN": 393.2,
            "WAVEMAX": 393.5,
            "DATE-BEG": "2020-01-01T10:00:00",
        }
        | {"DATE-END": "2020-01-01T10:05:00", "FEATURES": "Plage", "POINT_ID": "2020-01-01T10:00:00_mosaic"},
        path="second.fits",
    )
    archive_cube(
        RESTRICTED
        | {"FILTER1": "8542", "WAVEMIN": 853.9, "WAVEMAX": 854.5, "DATE-BEG": "2021-01-01T10:00:00"}
        | {"DATE-END": "2021-01-01T10:05:00", "EVENTS": "Flare", "OBJECT": "AR 9"},
        path="third.fits",
    )


def test_cubes_are_listed_newest_first_with_their_facts(three_cubes, visit):
    page = visit("/")
    assert entries(page) == ["CRISP Ca II 8542", "CHROMIS Ca II H and K 3950", "CRISP Fe I 6173"]
    oldest = page.all("article")[-1]
    assert "2019-04-19 17:34:55" in oldest.text
    assert "617.15–617.61 nm" in oldest.text
    assert "3 wavelengths" in oldest.text
    assert "2 scans" in oldest.text
    assert "Stokes IQUV" in oldest.text
    assert "−352″, +119″" in oldest.text
    assert "79″ × 78″" in oldest.text
    assert "kB" in oldest.text
    assert [tag.text for tag in oldest.one("ul", class_="tags").all("li")] == ["Pore", "Sunspot"]
    assert oldest.one("h3").one("a").attributes["href"] == "/cubes/2019-04-19T17:34:55.50395_6173_0-4/"


def test_an_entry_shows_a_thumbnail_and_the_profile_of_the_line(archive_cube, visit, client):
    archive_cube()
    entry = visit("/").one("article")
    image = entry.one("img")
    assert client.get(image.attributes["src"]).headers["Content-Type"] == "image/jpeg"
    assert image.attributes["loading"] == "lazy"
    profile = entry.one("div", class_="sparkline").one("svg")
    assert profile.attributes["aria-label"].startswith("Line profile: median of Stokes I from 617.")


def test_an_entry_says_whether_the_file_is_public(three_cubes, visit):
    states = [entry.one("span", class_="release").text for entry in visit("/").all("article")]
    assert states == ["Public from 2999-12-31", "Public", "Public"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("instrument=CHROMIS", ["CHROMIS Ca II H and K 3950"]),
        ("instrument=CHROMIS&instrument=CRISP", ["CRISP Ca II 8542", "CHROMIS Ca II H and K 3950", "CRISP Fe I 6173"]),
        ("time_from=2020-01-01", ["CRISP Ca II 8542", "CHROMIS Ca II H and K 3950"]),
        ("time_from=2020-01-01&time_to=2020-01-01", ["CHROMIS Ca II H and K 3950"]),
        ("wavelength_from=600&wavelength_to=620", ["CRISP Fe I 6173"]),
        ("spectral_line=8542", ["CRISP Ca II 8542"]),
        ("tag=Plage", ["CHROMIS Ca II H and K 3950"]),
        ("tag=Pore&tag=Sunspot&time_to=2019-12-31", ["CRISP Fe I 6173"]),
        ("release=restricted", ["CRISP Ca II 8542"]),
        ("observation=2020-01-01T10:00:00_mosaic", ["CHROMIS Ca II H and K 3950"]),
        ("keyword=OBJECT:AR 9", ["CRISP Ca II 8542"]),
        ("search=2019-04", ["CRISP Fe I 6173"]),
        ("instrument=CHROMIS&ordering=-date_beg", ["CHROMIS Ca II H and K 3950"]),
        ("ordering=date_beg", ["CRISP Fe I 6173", "CHROMIS Ca II H and K 3950", "CRISP Ca II 8542"]),
        ("ordering=wavelength&release=public", ["CHROMIS Ca II H and K 3950", "CRISP Fe I 6173"]),
    ],
)
def test_filters_and_orders_are_read_from_the_url(three_cubes, visit, query, found):
    assert entries(visit(f"/?{query}")) == found


def test_the_form_keeps_the_filters(three_cubes, visit):
    page = visit(
        "/?instrument=CRISP&time_from=2019-01-01&polarimetry=true&tag=Pore&keyword=OBJECT:AR 12738&ordering=date_beg"
    )
    form = page.one("form", id="filter-form")
    assert form.one("input", name="time_from").attributes["value"] == "2019-01-01"
    assert "checked" in form.one("input", name="instrument", value="CRISP").attributes
    assert "checked" not in form.one("input", name="instrument", value="CHROMIS").attributes
    assert "checked" in form.one("input", name="tag", value="Pore").attributes
    assert "selected" in form.one("select", name="polarimetry").one("option", value="true").attributes
    assert form.one("input", name="keyword", value="OBJECT:AR 12738")
    order = page.one("select", name="ordering")
    assert order.attributes["form"] == "filter-form"
    assert "selected" in order.one("option", value="date_beg").attributes


def test_each_active_filter_can_be_removed(three_cubes, visit):
    page = visit("/?instrument=CRISP&time_from=2019-01-01&release=public&ordering=date_beg")
    active = {item.text: item.attributes["href"] for item in page.one("ul", class_="active-filters").all("a")}
    assert active["Remove the filter Release: Public ×"] == "?instrument=CRISP&time_from=2019-01-01&ordering=date_beg"
    assert active["Remove the filter Instrument: CRISP ×"] == "?time_from=2019-01-01&release=public&ordering=date_beg"
    assert active["Remove all"] == "/"


def test_an_empty_archive_says_so(db, visit):
    assert "The archive holds no cubes yet." in visit("/").text


def test_a_search_without_result_says_so(archive_cube, visit):
    archive_cube()
    page = visit("/?spectral_line=1")
    assert entries(page) == []
    assert "No cube matches all filters." in page.text


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("time_from=yesterday", "time_from", "Enter a time such as"),
        ("wavelength_to=red", "wavelength_to", "Enter a number."),
        ("wavelength_to=nan", "wavelength_to", "Enter a number."),
        ("keyword=OBSERVER", "keyword", "Write a keyword, a colon and the value"),
        ("spectral_line=%00", "spectral_line", "The text has characters that cannot be printed."),
    ],
)
def test_the_error_of_a_filter_is_shown_beside_it_and_nothing_is_listed(archive_cube, visit, query, field, message):
    archive_cube()
    page = visit(f"/?{query}", status=400)
    assert entries(page) == []
    assert message in page.one(id=f"id_{field}_error").text
    assert f"id_{field}_error" in page.one("input", id=f"id_{field}").attributes["aria-describedby"].split()
    assert "Correct or remove the filter" in page.one("div", role="alert").text


@pytest.mark.parametrize("query", ["instrument=NONE", "tag=None", "release=soon", "polarimetry=perhaps"])
def test_an_unknown_choice_is_refused(archive_cube, visit, query):
    archive_cube()
    page = visit(f"/?{query}", status=400)
    assert entries(page) == []
    assert "is not one of the available choices" in page.one("form", id="filter-form").text


def test_an_unknown_order_is_refused(archive_cube, visit):
    archive_cube()
    page = visit("/?ordering=owner", status=400)
    assert "The catalogue cannot be ordered by this" in page.one("div", role="alert").text


def test_a_cube_without_previews_and_plots_is_listed(archive_cube, visit):
    cube = archive_cube()
    copy_of(cube, "bare")
    DataCube.objects.get(oid=cube.oid).delete()
    assert visit("/").one("article").one("span", class_="no-picture").text == "No preview"
