"""Downloads through nginx with the project's own configuration: the archive decides, nginx sends."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from devtools.sample_cubes import write_cube
from tests.support.archived_cubes import RESTRICTED
from tests.support.needed import needed
from tests.system.archive import Archive
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

PUBLIC = "2019-04-19/a public cube of 100 % Å?.fits"
CLOSED = "2019-04-20/a restricted cube.fits"


@pytest.fixture(scope="module")
def archive(servers, tmp_path_factory, checks_connect) -> Iterator[Archive]:
    """Two cubes, one of them restricted."""
    archive = Archive(
        servers, "web_server_in_front", tmp_path_factory.mktemp("archive"), {"X_ACCEL_PREFIX": "/science-data"}
    )
    try:
        archive.start(concurrency=1, beat=False)
        # FILENAME is ASCII, what the file is called need not be.
        public = write_cube(archive.data / Path(PUBLIC).parent / "a.fits").rename(archive.data / PUBLIC)
        closed = write_cube(archive.data / CLOSED, keywords=RESTRICTED | {"DATE-BEG": "2019-04-20T10:00:00"})
        for order in [archive.post(public, oid="public"), archive.post(closed, oid="closed")]:
            assert archive.poll(order)["status"] == "completed"
        yield archive
        check_whole(archive)
    finally:
        archive.remove()


@pytest.fixture(scope="module")
def url(archive: Archive) -> Iterator[str]:
    with needed(), archive.nginx() as nginx:
        yield nginx.base_url


def download(url: str, oid: str, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{url}/data/{oid}/{quote(Path(path).name, safe='')}", headers=headers, timeout=20)


def test_a_public_cube_is_sent_whole_under_its_name(archive, url):
    answer = download(url, "public", PUBLIC)
    assert answer.status_code == 200
    assert answer.content == (archive.data / PUBLIC).read_bytes()
    assert quote("a public cube of 100 % Å?.fits") in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/fits"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_download_that_broke_off_is_resumed(archive, url):
    etag = download(url, "public", PUBLIC).headers["ETag"]
    rest = download(url, "public", PUBLIC, Range="bytes=1000-", **{"If-Range": etag})
    assert rest.status_code == 206
    assert rest.content == (archive.data / PUBLIC).read_bytes()[1000:]


def test_the_recorded_sum_is_passed_on(archive, url):
    assert "Repr-Digest" not in download(url, "public", PUBLIC).headers
    archive.stack.manage("audit_files", "public")
    digest = base64.b64encode(hashlib.sha256((archive.data / PUBLIC).read_bytes()).digest()).decode()
    for headers in ({}, {"Range": "bytes=0-99"}):
        assert download(url, "public", PUBLIC, **headers).headers["Repr-Digest"] == f"sha-256=:{digest}:"


def test_a_download_is_begun_anew_if_the_file_is_another(archive, url):
    answer = download(url, "public", PUBLIC, Range="bytes=1000-", **{"If-Range": '"another"'})
    assert answer.status_code == 200
    assert answer.content == (archive.data / PUBLIC).read_bytes()


def test_a_restricted_cube_is_refused_with_the_reason(url):
    answer = download(url, "closed", CLOSED)
    assert answer.status_code == 403
    assert "2999-12-31" in answer.text


def test_a_file_that_became_a_link_is_not_sent(archive, url, tmp_path):
    secret = tmp_path / "secret.fits"
    secret.write_bytes(b"secret")
    path = write_cube(archive.data / "2019-04-21/linked.fits", keywords={"DATE-BEG": "2019-04-21T10:00:00"})
    assert archive.poll(archive.post(path, oid="linked"))["status"] == "completed"
    cube = path.rename(tmp_path / "cube.fits")
    path.symlink_to(secret)
    answer = download(url, "linked", "linked.fits")
    cube.replace(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


@pytest.mark.parametrize("path", [f"/science-data/{CLOSED}", f"/science-data/../{CLOSED}", f"/data/../{CLOSED}"])
def test_nobody_gets_a_file_past_the_archive(url, path):
    request = requests.Request("GET", url).prepare()
    request.url = f"{url}{quote(path)}"
    with requests.Session() as session:
        answer = session.send(request, timeout=20)
    assert answer.status_code in (403, 404)
    assert answer.content[:6] != b"SIMPLE"


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_operators_is_not_passed_on(archive, url, path):
    assert requests.get(f"{archive.stack.base_url}{path}", timeout=20).status_code != 404
    assert requests.get(f"{url}{path}", timeout=20).status_code == 404
