"""nginx.conf in a real nginx, in front of a server that answers with what it is asked for."""

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest
import requests

from tests.support.needed import needed
from tests.support.nginx import NginxServer

TEXT = b"Text that is the same again and again. " * 100


class Text(BaseHTTPRequestHandler):
    """Answers with the type that the path names."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", unquote(self.path[1:]))
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def nginx(tmp_path_factory) -> Iterator[NginxServer]:
    folder = tmp_path_factory.mktemp("nginx")
    with ThreadingHTTPServer(("127.0.0.1", 0), Text) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with needed(), NginxServer(f"127.0.0.1:{server.server_port}", folder, folder) as nginx:
            yield nginx
        server.shutdown()


def test_nginx_finds_no_fault_in_it(nginx):
    done = subprocess.run([*nginx.command, "-t"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.parametrize(
    "kind",
    [
        "text/html; charset=utf-8",
        "text/css",
        "text/javascript",
        "text/csv",
        "text/plain",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    ],
)
def test_text_is_compressed(nginx, kind):
    answer = requests.get(f"{nginx.base_url}/{kind}", headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content == TEXT


@pytest.mark.parametrize("kind", ["application/fits", "image/jpeg", "video/webm"])
def test_cubes_and_previews_are_not_compressed(nginx, kind):
    answer = requests.get(f"{nginx.base_url}/{kind}", headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert "Content-Encoding" not in answer.headers


def test_nothing_is_compressed_unless_it_is_asked_for(nginx):
    answer = requests.get(f"{nginx.base_url}/text/csv", headers={"Accept-Encoding": "identity"}, timeout=10)
    assert "Content-Encoding" not in answer.headers
    assert answer.content == TEXT
