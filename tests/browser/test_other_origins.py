"""A notebook in the browser, served by another origin, reads what is public and cannot post."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class Notebook(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Notebook</title>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def notebook(chromium: Browser) -> Iterator[Page]:
    """A page of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Notebook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with chromium.new_context() as context:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            yield page
        server.shutdown()
        thread.join()


def test_it_reads_the_list_and_a_part_of_a_file(notebook, live_server, public_cube):
    found = notebook.evaluate(
        "async url => (await (await fetch(url)).json()).results", f"{live_server}/api/v1/data-cubes/"
    )
    assert [cube["oid"] for cube in found] == [public_cube.oid]
    status, given, text = notebook.evaluate(
        "async url => { const answer = await fetch(url, {headers: {Range: 'bytes=0-5'}});"
        " return [answer.status, answer.headers.get('content-range'), await answer.text()]; }",
        found[0]["download_url"].replace("http://testserver", str(live_server)),
    )
    assert (status, given, text) == (206, f"bytes 0-5/{public_cube.size}", "SIMPLE")


@pytest.mark.parametrize("path", ["/api/v1/ingest/", "/api/v1/ingest/batch/", "/api/v1/selections/"])
def test_it_cannot_post(notebook, live_server, public_cube, path):
    assert "Failed to fetch" in notebook.evaluate(
        "url => fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"
        ".then(() => 'answered', String)",
        f"{live_server}{path}",
    )
