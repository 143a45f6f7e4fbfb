"""Every answer tells browsers to run nothing but this server's own files."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver

from common.http.security_headers import CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/accounts/login/", 200), ("/none/", 404), ("/admin/login/", 200), ("/api/v1/data-cubes/", 200)],
)
def test_scripts_and_styles_come_from_files_of_this_server(db, client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "data:" not in CONTENT_SECURITY_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]


def test_the_documentation_of_the_api_may_run_the_script_in_it(client):
    policy = client.get("/api/v1/docs/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline';" in policy
    assert "connect-src 'self'" in policy


def test_no_other_address_has_that_exception():
    """All that a policy may depend on is the name of an address; whatever else is called so would share it."""
    named = [pattern for pattern in _all_patterns(get_resolver()) if pattern.name == "docs"]
    assert [pattern.lookup_str for pattern in named] == ["drf_spectacular.views.SpectacularSwaggerView"]


def _all_patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _all_patterns(pattern)
        else:
            yield pattern


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/none/", "/admin/"])
def test_no_page_needs_what_is_forbidden(db, client, path):
    client.force_login(User.objects.create_superuser("staff"))
    page = client.get(path).content.decode()
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", page)
    assert not re.findall(r"<style|<script(?![^>]* src=)(?![^>]*application/json)", page)
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
