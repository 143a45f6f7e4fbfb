"""People download cubes, and are refused those that they may not have."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from datacubes.models import EmailGrant
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def download(page) -> tuple[str, bytes]:
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def saved_name(cube) -> str:
    """What Chromium calls the file: it puts up with a colon on no system."""
    return cube.filename.replace(":", "_")


def test_a_public_cube_is_downloaded_whole_under_its_name(page, public_cube, settings):
    page.goto(f"/cubes/{public_cube.oid}/")
    name, content = download(page)
    assert name == saved_name(public_cube)
    assert content == (settings.SCIENCE_DATA_ROOT / public_cube.relative_path).read_bytes()


def test_a_restricted_cube_is_refused_until_a_person_with_a_grant_logs_in(page, restricted_cube, person, settings):
    EmailGrant.objects.create(cube=restricted_cube, email="Anna@Observatory.example")
    page.goto("/?release=restricted")
    page.get_by_role("link", name="CHROMIS Ca II H and K 3950").click()
    box = page.get_by_role("region", name="File", exact=True)
    expect(box).to_contain_text("Public from 2999-12-31")
    expect(box).to_contain_text("For the observers.")
    expect(box.get_by_role("link", name="Download")).to_have_count(0)

    response = page.goto(f"/data/{restricted_cube.oid}/{restricted_cube.filename}")
    assert response.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("Not public yet")

    page.get_by_role("main").get_by_role("link", name="Log in").click()
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("Please enter a correct username or e-mail address and password.")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("CHROMIS Ca II H and K 3950")
    expect(page.get_by_role("region", name="File", exact=True)).to_contain_text("Open to you")
    name, content = download(page)
    assert name == saved_name(restricted_cube)
    assert content == (settings.SCIENCE_DATA_ROOT / restricted_cube.relative_path).read_bytes()

    page.get_by_role("button", name="Log out").click()
    response = page.goto(f"/data/{restricted_cube.oid}/{restricted_cube.filename}")
    assert response.status == 403


def test_a_person_without_a_grant_is_refused(page, restricted_cube, person):
    page.goto(f"/accounts/login/?next=/cubes/{restricted_cube.oid}/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("region", name="File", exact=True)).to_contain_text("Your account has no access.")
