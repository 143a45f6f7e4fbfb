"""Staff at their daily work: the queue's state, a forced re-ingestion that a worker carries out, release dates."""

import re
import signal

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from devtools.sample_cubes import many_cubes
from tests.browser.conftest import PASSWORD, log_in_to_admin, watched_contexts
from tests.system.archive import Archive
from tests.system.conftest import checks_connect, make_archive, servers
from workorders import queue
from workorders.worker import carry_out

__all__ = ["checks_connect", "make_archive", "servers"]

pytestmark = pytest.mark.browser

MAKE_STAFF = (
    f"from django.contrib.auth.models import User; User.objects.create_superuser('staff', password={PASSWORD!r})"
)
MADE_ANEW = ["fits_header", "metadata", "plot_data", "image_previews"]


@pytest.fixture
def archive(make_archive) -> Archive:
    """A web server with two cubes that were ingested; no worker runs any more."""
    archive = make_archive()
    archive.stack.manage("shell", "--no-imports", "--command", MAKE_STAFF)
    archive.stack.start_worker("worker-0")
    archive.stack.start_web(workers=1)
    for path in many_cubes(archive.data, 2):
        assert archive.poll(archive.post(path))["status"] == "completed"
    stop_worker(archive)
    return archive


@pytest.fixture
def staff_page(chromium, archive):
    with watched_contexts(chromium, archive.stack.base_url) as open_context:
        page = open_context(viewport={"width": 1440, "height": 1000}).new_page()
        log_in_to_admin(page, "staff")
        yield page


def stop_worker(archive: Archive) -> None:
    """Ask the worker to end, as a deployment does, and wait until it has."""
    process = archive.stack.processes.pop("worker-0")
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def number_of(page: Page, label: str) -> Locator:
    """The number that the front page has for a status of orders."""
    return (
        page.get_by_role("region", name="Queue")
        .locator(".numbers div")
        .filter(has=page.get_by_role("link", name=label, exact=True))
        .locator("dd")
    )


def value_of(page: Page, name: str) -> Locator:
    return page.locator(f".field-{name} .readonly")


def select_all(page: Page, action: str) -> None:
    """Choose an action for all rows of a list."""
    page.get_by_role("checkbox", name="Select all objects on this page for an action").check()
    page.get_by_role("button", name=action, exact=True).click()


def test_cubes_are_ingested_anew_by_force(staff_page, archive):
    page = staff_page
    for status in ("Queued", "Started", "Failed"):
        expect(number_of(page, status)).to_have_text("0")
    box = page.get_by_role("region", name="Queue")
    expect(box).to_contain_text("No order waits.")
    expect(box.get_by_role("row", name=re.compile("^hour"))).to_have_text(re.compile(r"hour\s*2\s*0"))

    page.locator(".model-datacube").get_by_role("link", name="Data cubes").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    expect(page.locator("#result_list img").first).to_be_visible()
    select_all(page, "Force re-ingest")
    expect(page.get_by_role("heading", level=1)).to_have_text("Force re-ingest: 2 data cubes")
    expect(page.get_by_role("main")).to_contain_text("every step runs")
    assert archive.pending() == 0, "nothing happens before it is confirmed"
    page.get_by_role("button", name="Force re-ingest (2)").click()
    expect(page.locator(".messagelist")).to_contain_text("2 queued.")
    assert archive.pending() == 2

    page.goto("/admin/")
    expect(number_of(page, "Queued")).to_have_text("2")
    expect(box).to_contain_text(re.compile(r"The oldest waits for .*, since \d{4}-\d\d-\d\d"))
    box.get_by_role("link", name="Queued", exact=True).click()
    page.locator("#result_list tbody tr").first.get_by_role("link").last.click()
    expect(value_of(page, "state")).to_have_text("Queued")
    expect(value_of(page, "request")).to_contain_text("force")

    archive.stack.start_worker("worker-0")
    archive.stack.start_beat()
    archive.wait_until_idle()
    expect(value_of(page, "state")).to_have_text("Completed")  # Without a reload.
    steps = value_of(page, "steps").get_by_role("row")
    for name in MADE_ANEW:
        expect(steps.filter(has_text=name)).to_contain_text(re.compile(r"updated.*\d ms"))
    runs = value_of(page, "history").locator("tbody tr")
    expect(runs).to_have_count(2)
    for run in runs.all():
        expect(run).to_contain_text("Completed")
    expect(runs.first).to_contain_text("metadata updated")
    expect(runs.last).to_contain_text("metadata created")

    page.goto("/admin/")
    expect(number_of(page, "Queued")).to_have_text("0")
    expect(box.get_by_role("row", name=re.compile("^hour"))).to_have_text(re.compile(r"hour\s*4\s*0"))


def test_an_action_that_is_not_confirmed_does_nothing(page, public_cube):
    User.objects.create_superuser("staff", password=PASSWORD)
    log_in_to_admin(page, "staff")
    page.goto("/admin/datacubes/datacube/")
    select_all(page, "Force re-ingest")
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("/admin/datacubes/datacube/$"))
    expect(page.locator(".messagelist")).to_have_count(0)
    page.goto("/admin/workorders/workorder/")
    expect(page.locator("#result_list")).to_have_count(0)


def test_release_dates_are_changed_in_bulk_and_the_public_pages_follow(
    page, open_context, public_cube, restricted_cube
):
    visitor = open_context().new_page()
    visitor.goto(f"/cubes/{restricted_cube.oid}/")
    file_box = visitor.get_by_role("region", name="File", exact=True)
    expect(file_box).to_contain_text("Public from 2999-12-31")

    User.objects.create_superuser("staff", password=PASSWORD)
    log_in_to_admin(page, "staff")
    page.goto("/admin/datacubes/datacube/")
    select_all(page, "Change access")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change access: 2 data cubes")
    page.get_by_label("Public from the date below").check()
    page.get_by_label("Release date").fill("2020-02-03")
    page.get_by_role("button", name="Change access (2)").click()
    expect(page.locator(".messagelist")).to_contain_text("The access to 2 cubes was changed.")
    expect(page.locator("#result_list .field-release")).to_have_text(["2020-02-03"] * 2)

    visitor.reload()
    expect(file_box).not_to_contain_text("2999-12-31")
    expect(file_box.get_by_role("link", name="Download")).to_be_visible()

    page.locator("#result_list").wait_for()
    select_all(page, "Change access")
    page.get_by_label("Restricted, without a date").check()
    page.get_by_label("Release comment").fill("Withdrawn for calibration")
    page.get_by_role("button", name="Change access (2)").click()
    expect(page.locator("#result_list .field-release")).to_have_text(["restricted"] * 2)

    for cube in (public_cube, restricted_cube):
        visitor.goto(f"/cubes/{cube.oid}/")
        expect(file_box).to_contain_text("Withdrawn for calibration")
        expect(file_box.get_by_role("link", name="Download")).to_have_count(0)
        assert visitor.goto(f"/data/{cube.oid}/{cube.filename}").status == 403
        cube.refresh_from_db()
        assert cube.access.release_date is None


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_the_daily_work_is_wider_than_the_screen(open_context, public_cube, width):
    User.objects.create_superuser("staff", password=PASSWORD)
    order = queue.post_order(public_cube.relative_path, {})
    carry_out(queue.claim("worker"))
    page = open_context(viewport={"width": width, "height": 844}, is_mobile=width < 500).new_page()
    log_in_to_admin(page, "staff")
    cubes, orders = "/admin/datacubes/datacube/", "/admin/workorders/workorder/"
    for path in ("/admin/", cubes, f"{cubes}{public_cube.pk}/change/", orders, f"{orders}{order.pk}/change/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    expect(value_of(page, "steps").get_by_text("metadata")).to_be_visible()
    for value in value_of(page, "history").locator("td").filter(visible=True).all():
        box = value.bounding_box()
        assert box["x"] + box["width"] <= width
