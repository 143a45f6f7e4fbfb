"""People find cubes in the catalogue, with the pointer, with the keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from datacubes.models import EmailGrant
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def test_a_cube_is_found_by_a_filter_and_opened(page, public_cube, restricted_cube):
    page.goto("/")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("checkbox", name="Fe I 6173").check()
    page.get_by_role("checkbox", name="CRISP").check()
    page.get_by_role("button", name="Show cubes").click()
    expect(page).to_have_url(re.compile(r"instrument=CRISP.*spectral_line=6173"))
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="CRISP Fe I 6173").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CRISP Fe I 6173, 2019-04-19 17:34:55 UTC")
    page.go_back()
    expect(page.get_by_role("checkbox", name="Fe I 6173")).to_be_checked()


def test_a_filter_is_taken_away(page, public_cube, restricted_cube):
    page.goto("/?spectral_line=6173&instrument=CHROMIS")
    expect(page.get_by_text("No cube matches all filters.")).to_be_visible()
    page.get_by_role("link", name="Remove the filter Spectral line: 6173").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/\?instrument=CHROMIS$"))


def test_the_order_is_changed_and_the_filters_stay(page, public_cube, restricted_cube):
    page.goto("/?time_from=2018-01-01")
    expect(page.get_by_role("article").first).to_contain_text("CHROMIS")
    page.get_by_label("Order").select_option("Oldest first")
    expect(page.get_by_role("article").first).to_contain_text("CRISP")
    expect(page.get_by_label("Observed from")).to_have_value("2018-01-01")


def test_a_box_on_the_disk_is_dragged_and_moved_with_the_keyboard(page, public_cube):
    page.goto("/")
    page.get_by_text("Where on the Sun").click()
    disk, box = page.get_by_role("application", name="Box on the solar disk"), page.get_by_label("Box (arcsec)")
    disk.scroll_into_view_if_needed()
    place = disk.bounding_box()
    x, y, side = place["x"], place["y"], place["width"]
    page.mouse.move(x + side / 4, y + side / 4)
    page.mouse.down()
    page.mouse.move(x + 3 * side / 4, y + 3 * side / 4, steps=3)
    page.mouse.up()
    left, bottom, right, top = map(int, box.input_value().split(","))
    assert left == pytest.approx(-600, abs=30)
    assert (bottom, right, top) == (pytest.approx(-600, abs=30), pytest.approx(600, abs=30), pytest.approx(600, abs=30))
    disk.focus()
    page.keyboard.press("ArrowRight")
    assert box.input_value() == f"{left + 50},{bottom},{right + 50},{top}"
    page.keyboard.press("Shift+ArrowUp")
    assert box.input_value() == f"{left + 50},{bottom},{right + 50},{top + 50}"
    page.get_by_role("button", name="Show cubes").click()
    expect(page).to_have_url(re.compile(r"/\?box=[-0-9%C]+$"))


def test_ticked_cubes_are_compared_and_kept(page, public_cube, restricted_cube):
    page.goto("/")
    for cube in (public_cube, restricted_cube):
        page.get_by_role("checkbox", name=f"Choose {cube.oid}").check()
    page.get_by_role("button", name="Compare the ticked").click()
    expect(page.get_by_role("columnheader")).to_have_count(2)
    page.go_back()
    page.get_by_role("checkbox", name=f"Choose {public_cube.oid}").check()
    page.get_by_role("button", name="Keep as a selection").click()
    expect(page).to_have_url(re.compile(r"/\?selection="))
    expect(page.get_by_text("Its permanent address is")).to_be_visible()


def test_everything_is_reached_with_the_keyboard(page, public_cube):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("OID or file name")).to_be_focused()
    page.keyboard.type("2019")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("search=2019"))
    page.get_by_role("link", name="CRISP Fe I 6173").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("CRISP Fe I 6173")


def test_it_works_without_javascript(open_context, public_cube, restricted_cube):
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Observed from").fill("2022-01-01")
    page.get_by_role("button", name="Show cubes").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="CHROMIS Ca II H and K 3950").click()
    expect(page.get_by_role("table")).to_contain_text("OBSERVER")
    expect(page.get_by_text("The plot needs JavaScript.").first).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/?time_from=x&tag=Pore&keyword=OBSERVER:somebody", "cube", "/accounts/login/"])
def test_nothing_is_wider_than_a_small_phone(open_context, public_cube, path):
    page = open_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"/cubes/{public_cube.oid}/" if path == "cube" else path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", [360, 480, 740, 900, 1120, 1440])
def test_the_longest_words_on_a_release_fit_on_any_screen(open_context, restricted_cube, person, width):
    EmailGrant.objects.create(cube=restricted_cube, email=person.email)
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    page.goto("/accounts/login/?next=/")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("article")).to_contain_text("Open to you, public from 2999-12-31")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_filters_are_folded_away_on_a_phone_unless_one_is_wrong(open_context, public_cube):
    page = open_context(viewport={"width": 360, "height": 740}).new_page()
    page.goto("/")
    field = page.get_by_label("Observed from")
    expect(field).to_be_hidden()
    page.get_by_role("heading", name="Filters").click()
    line = page.get_by_label("Other lines")
    line.fill("x" * 1000)
    line.press("Enter")
    expect(line).to_be_visible()
    expect(line).to_have_accessible_description(re.compile("characters; at most"))
