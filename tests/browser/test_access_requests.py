"""A person asks for access, staff approve, and the download works."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import Page, expect

from accounts.access_requests.models import AccessRequest, JoinableGroup
from tests.browser.barriers import barriers_of, excess_of, looks_of
from tests.browser.conftest import PASSWORD, log_in_to_admin
from tests.browser.test_admin import select_all
from tests.support.archived_cubes import copy_of

pytestmark = pytest.mark.browser

LARGE = {"width": 1440, "height": 1000}


@pytest.fixture
def staff(transactional_db) -> User:
    """Staff who may decide on requests, and nothing else."""
    staff = User.objects.create_user("staff", "staff@observatory.example", PASSWORD, is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="decide_accessrequest"))
    return staff


def file_box(page: Page):
    return page.get_by_role("region", name="File", exact=True)


def log_in(page: Page) -> None:
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_person_asks_staff_approve_and_the_download_works(
    page, open_context, restricted_cube, person, staff, settings, mailoutbox
):
    settings.SENDS_MAIL, settings.ARCHIVE_CONTACT_EMAIL = True, "archive@observatory.example"
    copy_of(restricted_cube, "2022-05-05T09:00:00_3950_other")
    page.goto(f"/cubes/{restricted_cube.oid}/")
    file_box(page).get_by_role("link", name="Ask for access").click()
    log_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for access")
    page.get_by_role("button", name="Ask for access").click()
    expect(page.get_by_label("What do you need it for?")).to_be_focused()  # The browser asks for a text.
    page.get_by_label("What do you need it for?").fill("The chromosphere of my thesis.\nWith B. Berg in Oslo.")
    page.get_by_label("Access to").select_option("all restricted cubes of its observation")
    page.get_by_role("button", name="Ask for access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Requests for access")
    expect(page.get_by_role("main").get_by_role("listitem")).to_contain_text(["Waiting"])
    assert [mail.to for mail in mailoutbox] == [["archive@observatory.example"]]

    desk = open_context(viewport=LARGE).new_page()
    log_in_to_admin(desk, "staff")
    desk.get_by_role("region", name="Requests for access").get_by_role("link", name="Waiting").click()
    expect(desk.locator("#result_list tbody tr")).to_contain_text(["The chromosphere of my thesis."])
    select_all(desk, "Approve")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Approve: 1 request for access")
    desk.get_by_label("Sentence for the person").fill("Good luck with the thesis.")
    desk.get_by_role("button", name="Approve (1)").click()
    expect(desk.locator(".messagelist")).to_contain_text("1 approved.")
    assert [mail.to for mail in mailoutbox[1:]] == [["anna@observatory.example"]]

    page.reload()
    expect(page.get_by_role("main").get_by_role("listitem")).to_contain_text(["Good luck with the thesis."])
    page.goto(f"/cubes/{restricted_cube.oid}/")
    expect(file_box(page)).to_contain_text("Open to you")
    with page.expect_download() as started:
        file_box(page).get_by_role("link", name="Download").click()
    content = Path(started.value.path()).read_bytes()
    assert content == (settings.SCIENCE_DATA_ROOT / restricted_cube.relative_path).read_bytes()


def test_a_request_is_refused_on_its_own_page(page, restricted_cube, person, staff):
    AccessRequest.objects.create(person=person, kind="cube", target=restricted_cube.oid, text="I am curious.")
    log_in_to_admin(page, "staff")
    page.goto("/admin/access_requests/accessrequest/")
    page.locator("#result_list tbody tr").get_by_role("link").first.click()
    expect(page.locator(".field-text .readonly")).to_have_text("I am curious.")
    page.get_by_role("button", name="Refuse").click()
    page.get_by_label("Reason, for the person").fill("The observers publish first.")
    page.get_by_role("button", name="Refuse (1)").click()
    expect(page.locator(".field-shown_state .readonly")).to_have_text("Refused")
    expect(page.get_by_role("button", name="Refuse")).to_have_count(0)


def test_the_pages_have_no_barriers_and_fit_the_screen(page, restricted_cube, public_cube, person, staff):
    JoinableGroup.objects.create(
        title="Guest data", group=Group.objects.create(name="guests"), text="Data of guests.\nSay who your host was."
    )
    for state, text in (("waiting", "Short."), ("approved", "A longer text. " * 40), ("refused", "x" * 300)):
        AccessRequest.objects.create(
            person=person, kind="observation", target=f"{state}-{'1' * 60}", text=text, state=state, answer=text
        )
    waiting = AccessRequest.objects.create(person=person, kind="cube", target=public_cube.oid, text="For my thesis.")
    page.goto("/accounts/login/")
    log_in(page)
    page.wait_for_load_state("networkidle")
    of_people = [
        "/accounts/requests/",
        f"/accounts/requests/ask/?cube={quote(restricted_cube.oid)}",
        f"/accounts/requests/ask/?cube={quote(public_cube.oid)}",
        "/accounts/requests/ask/?group=Guest data",
        f"/cubes/{restricted_cube.oid}/",
    ]
    of_staff = ["/admin/", "/admin/access_requests/accessrequest/"]
    of_staff.append(f"{of_staff[1]}{waiting.pk}/change/")
    barriers = []
    for path in of_people:
        page.goto(path)
        barriers += barriers_of(page)
    page.get_by_role("button", name="Log out").click()
    log_in_to_admin(page, "staff")
    for path in of_staff:
        page.goto(path)
        for look in looks_of(page):
            barriers += excess_of(page, look)
    assert barriers == []
