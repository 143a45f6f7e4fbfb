"""Every answer tells browsers to run nothing but this server's own files."""

import pytest

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
