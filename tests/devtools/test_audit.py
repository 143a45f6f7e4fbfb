"""The audit of the lock files, with a server that answers as OSV is documented to."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from devtools.audit import main
from devtools.locked import locked_packages
from devtools.services import free_port

Query = dict[str, Any]
NOTHING: dict[str, Any] = {}


@pytest.fixture
def osv() -> Iterator[Callable[..., str]]:
    """Start a server that answers each query by a function of it, and return its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(result: Callable[[Query], dict[str, Any]], *, status: int = 200, wait_seconds: float = 0) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
                time.sleep(wait_seconds)
                body = json.dumps({"results": list(map(result, queries))}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Print nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1/querybatch"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_locked_package_is_asked_for(osv, capsys):
    asked = {}

    def note(query: Query) -> dict[str, Any]:
        assert query["package"]["ecosystem"] == "PyPI"
        asked[query["package"]["name"]] = query["version"]
        return NOTHING

    assert main(osv(note)) == 0
    assert asked == locked_packages("requirements.txt", "requirements-dev.txt")
    assert {"django", "pytest"} <= set(asked)
    assert f"{len(asked)} locked packages, 0 with known vulnerabilities." in capsys.readouterr().out


def test_a_known_vulnerability_is_a_failure(osv, capsys):
    def django_is_vulnerable(query: Query) -> dict[str, Any]:
        return {"vulns": [{"id": "PYSEC-0-1", "modified": ""}]} if query["package"]["name"] == "django" else NOTHING

    assert main(osv(django_is_vulnerable)) == 1
    version = locked_packages("requirements.txt")["django"]
    assert f"django {version} is vulnerable: https://osv.dev/vulnerability/PYSEC-0-1" in capsys.readouterr().out


def test_what_comes_on_a_second_page_counts(osv):
    def on_the_second_page(query: Query) -> dict[str, Any]:
        if query["package"]["name"] != "django":
            return NOTHING
        return {"vulns": [{"id": "PYSEC-0-1"}]} if query.get("page_token") == "next" else {"next_page_token": "next"}

    assert main(osv(on_the_second_page)) == 1


def test_an_index_that_cannot_be_reached_is_said_and_no_failure(capsys):
    assert main(f"http://127.0.0.1:{free_port()}/v1/querybatch") == 0
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")


def test_an_index_that_is_out_of_order_is_said_and_no_failure(osv, capsys):
    assert main(osv(lambda query: NOTHING, status=503)) == 0
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")


def test_an_index_that_is_silent_is_not_waited_for(osv, capsys):
    begin = time.monotonic()
    assert main(osv(lambda query: NOTHING, wait_seconds=3), most_seconds=0.5) == 0
    assert time.monotonic() - begin < 2
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")


def test_an_index_that_does_not_understand_the_request_is_a_failure(osv):
    with pytest.raises(ValueError, match="does not understand"):
        main(osv(lambda query: NOTHING, status=400))
