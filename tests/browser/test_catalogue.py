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
    page.get_by_label("Spectral line").fill("6173")
    page.get_by_role("checkbox", name="CRISP").check()
    page.get_by_role("button", name="Show cubes").click()
    expect(page).to_have_url(re.compile(r"instrument=CRISP.*spectral_line=6173"))
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="CRISP 6173").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CRISP 6173, 2019-04-19 17:34:55 UTC")
    page.go_back()
    expect(page.get_by_label("Spectral line")).to_have_value("6173")


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
    page.get_by_role("button", name="Sort").click()
    expect(page.get_by_role("article").first).to_contain_text("CRISP")
    expect(page.get_by_label("Observed from")).to_have_value("2018-01-01")


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
    page.get_by_role("link", name="CRISP 6173").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("CRISP 6173")


def test_it_works_without_javascript(open_context, public_cube, restricted_cube):
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Observed from").fill("2022-01-01")
    page.get_by_role("button", name="Show cubes").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="CHROMIS 3950").click()
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
    field.fill("yesterday")
    field.press("Enter")
    expect(field).to_be_visible()
    expect(field).to_have_accessible_description(re.compile("Enter a time such as"))
