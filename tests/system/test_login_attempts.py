"""Failed logins are counted over all processes of the web server."""

import re

import pytest
import requests

from tests.system.whole import check_whole

pytestmark = pytest.mark.system

ATTEMPTS = 10


def log_in(url: str, password: str, **headers: str) -> requests.Response:
    with requests.Session() as session:
        session.headers.update({"Referer": url} | headers)
        page = session.get(url, timeout=30)
        assert page.status_code == 200, page.text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        form = {"username": "anna", "password": password, "csrfmiddlewaretoken": token, "next": "/"}
        return session.post(url, form, allow_redirects=False, timeout=30)


def test_attempts_at_different_processes_count_together(make_archive):
    archive = make_archive()
    script = "from django.contrib.auth.models import User; User.objects.create_user('anna', password='right')"
    archive.stack.manage("shell", "--no-imports", "--command", script)
    archive.stack.start_web(workers=3)
    url = f"{archive.stack.base_url}/accounts/login/"
    assert log_in(url, "right").status_code == 302
    assert [log_in(url, "wrong").status_code for _ in range(ATTEMPTS)] == [200] * (ATTEMPTS - 1) + [429]
    assert {log_in(url, "right").status_code for _ in range(6)} == {429}
    check_whole(archive)
