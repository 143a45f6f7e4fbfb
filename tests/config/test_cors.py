"""Pages of other origins may read what is public, and nothing else."""

import pytest

from tests.support.archived_cubes import anybody, archive_cube
from tests.support.cube_fixtures import data_root, place_cube, sample_cube

__all__ = ["anybody", "archive_cube", "data_root", "place_cube", "sample_cube"]

ORIGIN = {"origin": "https://notebook.example"}

pytestmark = pytest.mark.django_db


def preflight(client, path: str, method: str = "GET"):
    asked = {"access-control-request-method": method, "access-control-request-headers": "authorization,range"}
    return client.options(path, headers=ORIGIN | asked)


def test_lists_headers_previews_and_files_may_be_read(archive_cube, client):
    cube = archive_cube()
    file = f"/data/{cube.oid}/{cube.filename}"
    for path in ("/api/v1/data-cubes/", f"/api/v1/data-cubes/{cube.oid}/header/", "/api/v1/tags/", file,
                 cube.image_previews.first().file.url):  # fmt: skip
        answer = client.get(path, headers=ORIGIN)
        assert answer["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer
    part = client.get(file, headers=ORIGIN | {"range": "bytes=0-9"})
    assert (part.status_code, "content-range" in part["Access-Control-Expose-Headers"]) == (206, True)
    for path in ("/tap/sync", "/tap/async", "/tap/capabilities", "/datalink"):
        assert client.get(path, headers=ORIGIN)["Access-Control-Allow-Origin"] == "*", path
    asked = preflight(client, file)
    assert (asked.status_code, asked["Access-Control-Allow-Headers"]) == (200, "accept, authorization, range")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path", ["/api/v1/ingest/", "/api/v1/work-orders/", "/admin/", "/accounts/login/", "/", "/metrics", "/selections/"]
)
def test_nothing_else_may_be_read_or_posted(client, path):
    for method in ("GET", "POST"):
        asked = preflight(client, path, method)
        assert "Access-Control-Allow-Origin" not in asked
    assert "Access-Control-Allow-Origin" not in client.get(path, headers=ORIGIN)
