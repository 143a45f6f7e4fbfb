"""The page of a cube shows all that is known about it."""

import json
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datacubes.models import DataCube, ImagePreview
from tests.support.archived_cubes import copy_of

SAMPLE_PAGE = "/cubes/2019-04-19T17:34:55.50395_6173_0-4/"


def test_the_page_shows_the_facts_of_the_cube(archive_cube, visit):
    archive_cube()
    page = visit(SAMPLE_PAGE)
    assert page.one("h1").text == "CRISP Fe I 6173, 2019-04-19 17:34:55 UTC"
    facts = {row.one("dt").text: row.one("dd").text for row in page.one("section", class_="facts").all("div")}
    assert facts["Wavelengths"] == "617.15–617.61 nm, 3 steps"
    assert facts["Scans"] == "2"
    assert facts["Polarimetry"] == "Stokes I, Q, U, V"
    assert facts["Pointing"] == "−352″, +119″ helioprojective, μ = 0.92"
    assert facts["Field of view"] == "79″ × 78″"
    links = {link.text: link.attributes["href"] for link in page.one("main").all("a")}
    assert links["Sunspot"] == "/?tag=Sunspot"
    assert links["CRISP"] == "/?instrument=CRISP"
    assert links["Fe I 6173"] == "/?spectral_line=6173"
    assert links["2019-04-19T17:34:55.50395"] == "/?observation=2019-04-19T17%3A34%3A55.50395"


def test_the_preview_suits_screens_of_high_density(archive_cube, visit, client):
    cube = archive_cube()
    ImagePreview.objects.filter(cube=cube, size_name="page").update(width=800, height=700)
    ImagePreview.objects.filter(cube=cube, size_name="high_density").update(width=1600, height=1400)
    image = visit(SAMPLE_PAGE).one("div", class_="pictures").one("img")
    candidates = [candidate.split() for candidate in image.attributes["srcset"].split(", ")]
    assert [width for _, width in candidates] == ["8w", "800w", "1600w"]
    assert image.attributes["src"] == candidates[1][0]
    assert image.attributes["alt"]
    assert all(client.get(url).status_code == 200 for url, _ in candidates)


def test_the_movie_waits_to_be_played(archive_cube, visit, client):
    archive_cube()
    movie = visit(SAMPLE_PAGE).one("video")
    assert movie.attributes["preload"] == "none"
    assert "controls" in movie.attributes
    assert client.get(movie.attributes["poster"]).headers["Content-Type"] == "image/jpeg"
    assert client.get(movie.one("source").attributes["src"]).headers["Content-Type"] == "video/webm"


def test_the_plots_come_with_their_data_and_a_sentence(archive_cube, visit):
    archive_cube()
    page = visit(SAMPLE_PAGE)
    seeing = json.loads(page.one("script", id="seeing-data").content[0])
    profile = json.loads(page.one("script", id="line-profile-data").content[0])
    assert len(seeing["times"]) == len(seeing["r0_low"]) > 0
    assert list(profile["stokes"]) == ["I", "Q", "U", "V"]
    texts = [text.text for text in page.all("p", class_="plot-text")]
    lowest, highest = 100 * min(seeing["r0_low"]), 100 * max(seeing["r0_low"])
    assert f"Low altitudes {lowest:.1f} to {highest:.1f} cm, median" in texts[0]
    assert "mean of 2 scans: Stokes I, Q, U, V, 3 wavelengths from 617.299 to 617.369 nm." in texts[1]
    assert "Stokes I has its minimum at 617.334 nm." in texts[1]


def test_keywords_are_listed_with_value_and_comment(archive_cube, visit):
    archive_cube({"CAMPAIGN": "A & B"})
    rows = {row.one("th").text: row.one("td") for row in visit(SAMPLE_PAGE).one("tbody").all("tr")}
    assert rows["CADENCE"].text == "36.5 [s] Planned cadence"
    assert rows["CAMPAIGN"].text.startswith("A & B")
    assert rows["EXTEND"].text.startswith("T ")
    assert rows["TEMPOUT"].text.startswith("undefined ")
    assert [value.text for value in rows["HISTORY"].all("span", class_="value")] != []


def test_the_header_is_shown_card_by_card(archive_cube, visit):
    archive_cube()
    cards = visit(SAMPLE_PAGE).one("pre", aria_label="Cards of the cube's header").content[0].splitlines()
    assert cards[0] == "SIMPLE  =                    T / conforms to FITS standard"
    assert cards[-1] == "END"


def test_cubes_of_the_observation_and_of_the_same_time_are_linked(archive_cube, visit):
    archive_cube(oid="this", path="a.fits")
    archive_cube({"FILTER1": "8542"}, oid="same observation", path="b.fits")
    archive_cube({"FILTER1": "6563", "POINT_ID": "other"}, oid="same/time", path="c.fits")
    archive_cube(
        {"FILTER1": "7772", "DATE-BEG": "2018-01-01T00:00:00", "DATE-END": "2018-01-01T00:01:00"},
        oid="another day",
        path="d.fits",
    )
    page = visit("/cubes/this/")
    related = {section.one("h2").text: section.all("a") for section in page.all("section", class_="related")}
    assert [link.attributes["href"] for link in related["Of the same observation"]] == ["/cubes/same%20observation/"]
    assert [link.attributes["href"] for link in related["Of other observations at the same time"]] == [
        "/cubes/same%2Ftime/"
    ]


def test_a_cube_that_began_earlier_is_of_the_same_time_if_it_was_still_running(archive_cube, visit):
    archive_cube(oid="this", path="a.fits")
    for oid, end in (("running", "17:35:00"), ("ended", "17:34:00")):
        keywords = {"POINT_ID": "other", "DATE-BEG": "2019-04-19T09:00:00", "DATE-END": f"2019-04-19T{end}"}
        archive_cube(keywords, oid=oid, path=f"{oid}.fits")
    related = visit("/cubes/this/").one("section", class_="related")
    assert related.one("h2").text == "Of other observations at the same time"
    assert [link.attributes["href"] for link in related.all("a")] == ["/cubes/running/"]


def test_many_related_cubes_are_linked_in_the_catalogue(archive_cube, visit):
    cube = archive_cube()
    for number in range(8):
        copy_of(cube, f"copy {number}")
    related = visit(SAMPLE_PAGE).one("section", class_="related")
    assert len(related.all("li")) == 6
    everything = related.all("a")[-1]
    assert everything.text == "All of them in the catalogue"
    assert len(visit(everything.attributes["href"]).all("article")) == 9


@pytest.mark.parametrize(
    "oid",
    ["a/b", "a//b/", "50 %, 20%25", "what?#now", "a&b=c;d", "2019-04-19T17:34:55_6173_0-36,38", "Å ✓", "..x", "+"],
)
def test_any_oid_can_be_linked_to(archive_cube, visit, client, oid):
    archive_cube(oid=oid)
    link = visit("/").one("h3").one("a").attributes["href"]
    assert client.get(link).context["cube"].oid == oid
    assert client.get(f"/cubes/{quote(oid, safe='')}/").context["cube"].oid == oid


@pytest.mark.parametrize("path", ["none", "a/../b", "%2e%2e%2f", "%00", "a%0Ab", "x" * 300, "%ff"])
def test_a_cube_that_is_not_there_is_not_found(db, visit, path):
    assert visit(f"/cubes/{path}/", status=404).one("h1").text == "Not found"


def test_a_cube_with_little_metadata_has_a_page(archive_cube, visit):
    cube = archive_cube()
    copy_of(cube, "bare", pointing_x=None, pointing_y=None, size_x=None, wavelength_min=None, keywords={})
    DataCube.objects.get(oid=cube.oid).delete()
    page = visit("/cubes/bare/")
    assert page.one("span", class_="no-picture").text == "No preview"
    assert page.all("video") == page.all("section", class_="plot") == []


def test_only_reading_is_allowed(archive_cube, client):
    archive_cube()
    assert client.head(SAMPLE_PAGE).status_code == 200
    assert client.post(SAMPLE_PAGE).status_code == 405


def test_a_page_takes_few_statements_for_any_number_of_related_cubes(archive_cube, client):
    cube = archive_cube()

    def statements():
        with CaptureQueriesContext(connection) as captured:
            client.get(SAMPLE_PAGE)
        return len(captured)

    copy_of(cube, "one")
    few = statements()
    for number in range(5):
        copy_of(cube, f"copy {number}")
    assert statements() == few <= 9
