"""Large files from the real server: ten downloads at once, and one that breaks off and is resumed."""

import hashlib
import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from devtools.memory import peak_memory
from devtools.sample_cubes import cube_filename, write_sparse_cube
from devtools.stack import Stack

pytestmark = pytest.mark.system

SIZE = 300_000_000
OID = "../large/cube, 100%"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[Stack]:
    """A web server with one large cube, on SQLite."""
    settings = {
        "LOCAL_ROOT": str(folder),
        "SCIENCE_DATA_ROOT": str(folder / "data"),
        "DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
    }
    write_sparse_cube(folder / "data" / cube_filename(), size_bytes=SIZE)
    with Stack(settings, folder / "logs") as stack:
        stack.prepare()
        stack.manage("ingest_fits_cube", cube_filename(), "--oid", OID)
        stack.start_web(workers=1)
        yield stack


@pytest.fixture(scope="module")
def url(archive: Stack) -> str:
    """The link to the file, as the API gives it."""
    [cube] = requests.get(f"{archive.base_url}/api/v1/data-cubes/", timeout=10).json()["results"]
    return cube["download_url"]


@pytest.fixture(scope="module")
def content(folder: Path) -> bytes:
    return (folder / "data" / cube_filename()).read_bytes()


def download(url: str, headers: dict[str, str]) -> tuple[int, str]:
    """Download without keeping the bytes: their number and their digest."""
    digest, length = hashlib.sha256(), 0
    with requests.get(url, headers=headers, stream=True, timeout=60) as response:
        response.raise_for_status()
        for block in response.iter_content(2**20):
            digest.update(block)
            length += len(block)
    return length, digest.hexdigest()


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-"}])
def test_ten_downloads_at_once_take_little_memory(archive, url, content, headers):
    before = peak_memory(archive.processes["web"].pid)
    with ThreadPoolExecutor(10) as clients:
        downloads = list(clients.map(lambda _: download(url, headers), range(10)))
    assert set(downloads) == {(len(content), hashlib.sha256(content).hexdigest())}
    assert peak_memory(archive.processes["web"].pid) - before < 20_000_000


def test_a_download_that_breaks_off_is_resumed(url, content):
    with requests.get(url, stream=True, timeout=60) as response:
        etag = response.headers["ETag"]
        begun = response.raw.read(10_000_000)
    rest = requests.get(url, headers={"Range": f"bytes={len(begun)}-", "If-Range": etag}, timeout=60)
    assert rest.status_code == 206
    assert begun + rest.content == content


def test_one_connection_serves_many_requests(archive, url, content):
    connection = http.client.HTTPConnection("127.0.0.1", archive.port, timeout=60)
    path = url.removeprefix(archive.base_url)
    for method, headers, status, length in (
        ("HEAD", {}, 200, 0),
        ("GET", {"Range": "bytes=100-199"}, 206, 100),
        ("HEAD", {"Range": "bytes=0-1"}, 200, 0),
        ("GET", {"Range": "bytes=999999999-"}, 416, None),
        ("GET", {"Range": "bytes=-1"}, 206, 1),
        ("GET", {"Range": "bytes=0-1,5-6"}, 200, len(content)),
        ("GET", {}, 200, len(content)),
    ):
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status == status
        assert length is None or len(body) == length
        assert method == "HEAD" or int(response.headers["Content-Length"]) == len(body)
    connection.close()
