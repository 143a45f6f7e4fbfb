"""A page of another site can make a browser send forms here, but none of them is accepted."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from tests.support.every_url import all_urls
from workorders import queue
from workorders.models import WorkOrder

EVERY_URL = all_urls(get_resolver().url_patterns)
OPEN = [url for url in EVERY_URL if url.startswith(("/tap", "/datalink"))]
"""The Virtual Observatory's clients post here from anywhere. Nobody's cookies count, and no cube changes."""
URLS = [url for url in EVERY_URL if url not in OPEN]


@pytest.fixture
def browser(db, settings) -> Client:
    """A browser in which somebody is logged in who may do everything."""
    settings.SENDS_MAIL = True
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("root", email="root@observatory.example", password="the old one"))
    return browser


def test_every_route_has_an_example():
    assert len(URLS) > 80
    assert len(OPEN) == 11
    assert {"/accounts/login/", "/admin/datacubes/datacube/", "/api/v1/ingest/", "/api/v1/work-orders/1/"} <= set(URLS)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_accepted_from_another_site(browser, method):
    queue.post_order("a.fits", {})
    before = (list(User.objects.values()), list(WorkOrder.objects.values()))
    for url in URLS:
        response = getattr(browser, method)(url, headers={"Origin": "https://elsewhere.example"})
        assert response.status_code == 403, url
        assert re.search("The form was not accepted|CSRF Failed|^403 Forbidden$", response.content.decode()), url
    assert (list(User.objects.values()), list(WorkOrder.objects.values())) == before
    assert not LogEntry.objects.exists()
    assert "_auth_user_id" in browser.session


FORMS = {
    "/accounts/login/": {"username": "root", "password": "the old one"},
    "/accounts/password/reset/": {"email": "root@observatory.example"},
    "/admin/login/": {"username": "root", "password": "the old one"},
    "/admin/password_change/": {
        "old_password": "the old one",
        "new_password1": "newer 77",
        "new_password2": "newer 77",
    },
    "/admin/auth/group/add/": {"name": "a group"},
    "/admin/workorders/workorder/": {"action": "cancel_orders", "_selected_action": "1"},
    "/accounts/logout/": {},
    "/admin/logout/": {},
}


@pytest.mark.parametrize("url", FORMS)
def test_a_form_is_accepted_with_the_mark_of_its_own_page_only(browser, url):
    page = url if "logout" not in url else "/admin/"
    if "login" in url:
        browser.logout()
    marked = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).content.decode())
    assert marked
    of_another = Client(enforce_csrf_checks=True)
    [other] = re.findall(
        'name="csrfmiddlewaretoken" value="([^"]+)"', of_another.get("/accounts/login/").content.decode()
    )
    for mark in ("", "x" * 64, other):
        assert browser.post(url, FORMS[url] | {"csrfmiddlewaretoken": mark}).status_code == 403
    accepted = browser.post(url, FORMS[url] | {"csrfmiddlewaretoken": marked[1]})
    assert accepted.status_code in (200, 302)
