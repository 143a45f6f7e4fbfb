"""Staff's day in the admin, with the clicks counted: understand failures, mend, re-ingest, open cubes to people."""

import re

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Locator, Page, expect

from datacubes.models import AccessRules, DataCube, GroupGrant
from devtools.sample_cubes import cube_filename, write_cube
from tests.browser.conftest import PASSWORD, log_in_to_admin, watched_contexts
from tests.browser.test_admin import MAKE_STAFF, value_of
from tests.support.archived_cubes import copy_of
from tests.system.archive import Archive
from tests.system.conftest import checks_connect, make_archive, servers

__all__ = ["checks_connect", "make_archive", "servers"]

pytestmark = pytest.mark.browser

MANY = 50


class Clicks:
    """Clicks on a page, counted since `start`; typing is not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def start(self) -> None:
        self.number = 0

    def on(self, place: Locator) -> None:
        place.click()
        self.number += 1


@pytest.fixture
def archive(make_archive) -> Archive:
    """A web server and a worker; one file that is not whole, and one of an instrument that is not registered."""
    archive = make_archive()
    archive.stack.manage("shell", "--no-imports", "--command", MAKE_STAFF)
    archive.start(concurrency=1)
    broken = archive.data / "2019" / cube_filename()
    write_cube(broken)
    content = broken.read_bytes()
    broken.write_bytes(b"XXXXXX" + content[6:])
    unknown = archive.data / "2020" / cube_filename(line="6302")
    write_cube(unknown, keywords={"INSTRUME": "NEWCAM", "FILTER1": "6302", "DATE-BEG": "2020-05-05T09:00:00"})
    for path in (broken, unknown):
        assert archive.poll(archive.post(path))["status"] == "failed"
    return archive


def test_failures_are_understood_mended_and_watched_without_a_reload(chromium, archive):
    with watched_contexts(chromium, archive.stack.base_url) as open_context:
        page = open_context(viewport={"width": 1440, "height": 1000}).new_page()
        clicks = Clicks(page)
        log_in_to_admin(page, "staff")
        loads: list[str] = []
        page.on("load", lambda _: loads.append(page.url))

        kinds = page.get_by_role("region", name="Queue").locator(".kinds a")
        expect(kinds).to_have_count(2)
        clicks.start()
        clicks.on(kinds.filter(has_not_text="INSTRUME"))
        row = page.locator("#result_list tbody tr")
        expect(row).to_have_count(1)
        expect(row.locator(".status-failed")).to_have_text("Failed")
        expect(row.locator(".field-error")).to_contain_text("FITS")
        assert clicks.number <= 1, "to understand a failed order"

        row.get_by_role("link").first.click()
        expect(value_of(page, "whole_error")).to_contain_text("FITS")
        write_cube(archive.data / "2019" / cube_filename())  # Mended.
        clicks.start()
        clicks.on(page.get_by_role("button", name="Re-ingest", exact=True))
        clicks.on(page.get_by_role("button", name="Re-ingest (1)"))
        assert clicks.number <= 2, "to re-ingest it"
        expect(page.locator(".messagelist")).to_contain_text("1 queued.")
        page.wait_for_load_state("load")
        loads.clear()
        expect(value_of(page, "state")).to_have_text("Completed", timeout=60_000)
        expect(value_of(page, "steps").get_by_role("row").filter(has_text="metadata")).to_contain_text("created")
        assert loads == [], "the page follows the order without a reload"

        page.goto("/admin/")
        clicks.start()
        clicks.on(page.get_by_role("region", name="Queue").locator(".kinds a"))
        clicks.on(page.locator("#result_list tbody tr").get_by_role("link").first)
        clicks.on(value_of(page, "whole_error").get_by_role("link", name="Add the instrument NEWCAM"))
        expect(page.get_by_label("Re-ingest")).to_be_checked()
        clicks.on(page.get_by_role("button", name="Save", exact=True))
        assert clicks.number <= 4, "for a new instrument, and to re-ingest what failed for it"
        expect(page.locator(".messagelist")).to_contain_text("1 failed file was queued again.")
        page.locator(".messagelist").get_by_role("link", name="Orders").click()
        expect(page.locator("#result_list .status-completed")).to_have_count(2, timeout=60_000)
        page.get_by_role("link", name="Solar archive").click()
        expect(page.get_by_role("region", name="Queue")).to_contain_text(re.compile(r"No order waits\."))


@pytest.fixture
def many_cubes_page(page, public_cube) -> Page:
    """The front page of the admin, in an archive of as many cubes as a list shows."""
    User.objects.create_superuser("staff", password=PASSWORD)
    for number in range(MANY - 1):
        copy_of(public_cube, f"cube-{number}")
    log_in_to_admin(page, "staff")
    return page


def test_a_release_date_for_many_cubes(many_cubes_page):
    page, clicks = many_cubes_page, Clicks(many_cubes_page)
    clicks.on(page.get_by_role("navigation", name="Daily pages").get_by_role("link", name="Cubes"))
    choose_all_cubes(clicks)
    clicks.on(page.get_by_label("Public from the date below"))
    page.get_by_label("Release date").fill("2031-05-06")
    clicks.on(page.get_by_role("button", name=f"Change access ({MANY})"))
    expect(page.locator(".messagelist")).to_contain_text(f"The access to {MANY} cubes was changed.")
    assert clicks.number <= 5, "from the front page"
    assert {str(rules.release_date) for rules in AccessRules.objects.all()} == {"2031-05-06"}


def test_a_group_on_many_cubes(many_cubes_page):
    Group.objects.create(name="Others")
    team = Group.objects.create(name="Team")
    page, clicks = many_cubes_page, Clicks(many_cubes_page)
    clicks.on(page.get_by_role("navigation", name="Daily pages").get_by_role("link", name="Cubes"))
    choose_all_cubes(clicks)
    page.get_by_label("Grant access to groups").select_option("Team")
    clicks.number += 1
    clicks.on(page.get_by_role("button", name=f"Change access ({MANY})"))
    expect(page.locator(".messagelist")).to_contain_text(f"The access to {MANY} cubes was changed.")
    assert clicks.number <= 5, "from the front page"
    assert GroupGrant.objects.filter(group=team).count() == DataCube.objects.count() == MANY


def choose_all_cubes(clicks: Clicks) -> None:
    """Go from the list of cubes to the form that changes the access to all of its cubes."""
    page = clicks.page
    clicks.on(page.get_by_role("checkbox", name="Select all objects on this page for an action"))
    clicks.on(page.get_by_role("button", name="Change access", exact=True))
