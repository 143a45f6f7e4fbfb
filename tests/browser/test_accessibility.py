"""No page has barriers that axe-core knows of, and none is wider than a phone."""

import pytest
from playwright.sync_api import Page

from accounts.tokens import make_token
from datacubes.models import EmailGrant
from tests.browser.barriers import barriers_of
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def test_no_page_has_barriers(page, public_cube, restricted_cube, settings):
    settings.SENDS_MAIL = True
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


def test_no_page_of_an_account_has_barriers(page, restricted_cube, person, settings):
    settings.SENDS_MAIL = True
    EmailGrant.objects.create(cube=restricted_cube, email=person.email)
    make_token(person, "notebook")
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
    return found
