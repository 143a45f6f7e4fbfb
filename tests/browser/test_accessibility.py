"""No page has barriers that axe-core knows of, in light on a large screen, in dark on a phone."""

import pytest
from playwright.sync_api import Page

from accounts.tokens import make_token
from datacubes.models import EmailGrant
from tests.browser.barriers import barriers_of
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


ON_BOTH_SCREENS = pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])


@ON_BOTH_SCREENS
def test_no_page_has_barriers(open_context, public_cube, restricted_cube, settings, scheme, width):
    settings.SENDS_MAIL = True
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    paths = [
        "/",
        "/?time_from=yesterday&tag=Pore&keyword=OBSERVER",
        "/?search=nothing",
        "/?group=observations",
        f"/compare/?oid={public_cube.oid}&oid={restricted_cube.oid}",
        "/help/",
        "/api/v1/docs/",
        f"/cubes/{public_cube.oid}/",
        f"/cubes/{restricted_cube.oid}/",
        f"/data/{restricted_cube.oid}/{restricted_cube.filename}",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/x/",
        "/accounts/password/reset/",
        "/none/",
    ]
    assert barriers(page, paths) == []


@ON_BOTH_SCREENS
def test_no_page_of_an_account_has_barriers(open_context, restricted_cube, person, settings, scheme, width):
    settings.SENDS_MAIL = True
    EmailGrant.objects.create(cube=restricted_cube, email=person.email)
    make_token(person, "notebook")
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    page.goto("/accounts/login/?next=/accounts/tokens/")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Name").fill("script")
    page.get_by_role("button", name="Make a token").click()
    pages = ["profile/", "profile/change/", "email/", "tokens/", "password/change/"]
    assert barriers_of(page) + barriers(page, [f"/accounts/{path}" for path in pages]) == []


def barriers(page: Page, paths: list[str]) -> list[str]:
    """What axe-core finds on each page."""
    found = []
    for path in paths:
        page.goto(path)
        found += barriers_of(page)
        wide = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
        found += [f"{path}: {wide} pixels too wide"] if wide > 0 else []
    return found
