"""The policy for scripts and styles leaves the admin and the API's documentation whole."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, log_in_to_admin

pytestmark = pytest.mark.browser


def test_the_admin_works(page, public_cube):
    User.objects.create_superuser("staff", password=PASSWORD)
    log_in_to_admin(page, "staff")
    for path in ("catalogue/datacube/", "workorders/workorder/", "auth/user/", "auth/user/add/"):
        page.goto(f"/admin/{path}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("#content h1")).to_be_visible()
