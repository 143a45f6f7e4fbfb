"""People look at a cube: plots, movie, keywords, header."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from datacubes.models import DataCube

pytestmark = pytest.mark.browser


@pytest.fixture
def cube_page(page: Page, public_cube: DataCube) -> Page:
    page.goto(f"/cubes/{public_cube.oid}/")
    return page


def plot(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def read_at(page: Page, name: str, share: float) -> str:
    """Put the pointer on a plot, at a share of its width, and return what can be read."""
    area = plot(page, name).locator(".u-over").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.move(box["x"] + 1 + share * (box["width"] - 2), box["y"] + box["height"] / 2)
    return plot(page, name).locator(".readout").first.inner_text()


def test_the_seeing_is_read_under_the_pointer(cube_page, public_cube):
    early, late = read_at(cube_page, "Seeing", 0.02), read_at(cube_page, "Seeing", 0.98)
    for text in (early, late):
        assert re.search(r"2019-04-19 17:3\d:\d\d UTC", text)
        assert re.search(r"low altitudes \d+\.\d cm", text)
        assert re.search(r"low and high altitudes \d+\.\d cm", text)
    assert early != late
    seeing = public_cube.plot_data.seeing
    first = read_at(cube_page, "Seeing", 0.0)
    assert seeing["times"][0][:19].replace("T", " ") in first
    assert f"low altitudes {100 * seeing['r0_low'][0]:.1f} cm" in first


def test_a_scan_of_which_one_end_is_not_known_is_not_drawn(cube_page, public_cube):
    known, *others = public_cube.plot_data.seeing["scans"]
    scans = [{"begin": None, "end": known["end"]}, known, {"begin": others[0]["begin"], "end": None}]
    bands = cube_page.evaluate("seeing => seeingFigure(seeing).bands", public_cube.plot_data.seeing | {"scans": scans})
    assert bands == [[datetime.fromisoformat(known[end]).timestamp() for end in ("begin", "end")]]


def test_the_line_profile_is_read_with_the_keyboard(cube_page, public_cube):
    slider = cube_page.get_by_role("slider", name="Wavelength")
    slider.focus()
    cube_page.keyboard.press("Home")
    profile = public_cube.plot_data.line_profile
    first = slider.get_attribute("aria-valuetext")
    assert first.startswith(f"{profile['wavelengths'][0]:.4f} nm, I 3.")
    assert "× 10⁻⁸ W m⁻² Hz⁻¹ sr⁻¹" in first
    assert re.search(r", Q −?\d.*, U −?\d.*, V −?\d", first)
    cube_page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext").startswith(f"{profile['wavelengths'][1]:.4f} nm")
    expect(plot(cube_page, "Line profile").locator(".readout").first).to_contain_text(
        f"{profile['wavelengths'][1]:.4f} nm"
    )


def test_a_plot_is_zoomed_by_dragging_and_made_whole_again(cube_page):
    whole = (read_at(cube_page, "Seeing", 0), read_at(cube_page, "Seeing", 1))
    area = plot(cube_page, "Seeing").locator(".u-over").bounding_box()
    middle = area["y"] + area["height"] / 2
    cube_page.mouse.move(area["x"] + 0.4 * area["width"], middle)
    cube_page.mouse.down()
    cube_page.mouse.move(area["x"] + 0.6 * area["width"], middle, steps=5)
    cube_page.mouse.up()
    zoomed = (read_at(cube_page, "Seeing", 0), read_at(cube_page, "Seeing", 1))
    assert whole[0] < zoomed[0] < zoomed[1] < whole[1]
    plot(cube_page, "Seeing").get_by_role("button", name="Whole range").click()
    assert (read_at(cube_page, "Seeing", 0), read_at(cube_page, "Seeing", 1)) == whole


def test_both_panels_of_the_profile_are_zoomed_with_the_keyboard(cube_page):
    whole = read_at(cube_page, "Line profile", 0)
    cube_page.get_by_role("slider", name="Wavelength").focus()
    cube_page.keyboard.press("End")
    for _ in range(2):
        cube_page.keyboard.press("+")
    assert read_at(cube_page, "Line profile", 0) > whole
    lower = plot(cube_page, "Line profile").locator(".u-over").nth(1).bounding_box()
    cube_page.mouse.move(lower["x"] + 1, lower["y"] + 10)
    assert plot(cube_page, "Line profile").locator(".readout").first.inner_text() == read_at(
        cube_page, "Line profile", 0
    )
    cube_page.get_by_role("slider", name="Wavelength").press("0")
    assert read_at(cube_page, "Line profile", 0) == whole


def test_the_values_of_a_plot_can_be_had_as_a_table(cube_page, public_cube):
    section = plot(cube_page, "Line profile")
    section.get_by_text("Values as a table").click()
    table = section.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(1 + 9)
    expect(table.get_by_role("columnheader")).to_have_text(["Wavelength (nm)", "I", "Q", "U", "V"])
    expect(table.get_by_role("rowheader").first).to_have_text(
        f"{public_cube.plot_data.line_profile['wavelengths'][0]:.4f} nm"
    )


def test_the_movie_plays_when_it_is_asked_to_and_not_before(cube_page):
    asked_for = []
    cube_page.on("request", lambda request: asked_for.append(request.url))
    cube_page.reload()
    cube_page.wait_for_load_state("networkidle")
    movie = cube_page.locator("video")
    assert not [url for url in asked_for if url.endswith(".webm")]
    assert movie.evaluate("movie => movie.readyState") == 0
    movie.evaluate(
        """movie => new Promise((resolve, reject) => {
            let latest = 0;
            movie.addEventListener("timeupdate", () => {
                if (movie.currentTime < latest) resolve();
                latest = movie.currentTime;
            });
            setTimeout(() => reject(new Error(`after 10 s the movie is at ${movie.currentTime} s`)), 10000);
            movie.play().catch(reject);
        })"""
    )
    assert not movie.evaluate("movie => movie.ended"), "it begins again"
    assert movie.evaluate("movie => movie.videoWidth") == 128


def test_keywords_are_searched(cube_page):
    rows = cube_page.locator("#keyword-table tbody tr")
    search = cube_page.get_by_label("Search names, values and comments")
    search.fill("atmospheric COHERENCE")
    expect(rows.filter(visible=True)).to_have_count(1)
    expect(rows.filter(visible=True)).to_contain_text("ATMOS_R0")
    expect(cube_page.get_by_text(re.compile(r"^1 of \d+ keywords$"))).to_be_visible()
    search.fill("")
    expect(rows.filter(visible=False)).to_have_count(0)


def test_the_header_is_unfolded(cube_page):
    header = cube_page.get_by_role("region", name="Cards of the cube's header")
    expect(header).to_be_hidden()
    cube_page.get_by_text("Show the cards as in the file").click()
    expect(header).to_contain_text("SIMPLE  =                    T / conforms to FITS standard")


def test_a_hostile_header_is_text(page, add_cube):
    attack = "<img src=x onerror=document.title=1>"
    cube = add_cube("hostile", (1, 4, 3, 16, 16), OBSERVER=attack, BUNIT="<b onclick=x>^-2", FILTER1='"><svg onload=x')
    page.goto("/")
    page.get_by_role("article").get_by_role("link").click()
    assert cube.oid in page.locator(".oid").inner_text()
    expect(page.get_by_role("row", name=attack)).to_contain_text(attack)
    expect(plot(page, "Line profile").locator(".readout").first).to_contain_text("<b onclick=x>⁻²")
    expect(page).not_to_have_title("1")
