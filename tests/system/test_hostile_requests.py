"""Requests that are slow, huge or malformed, sent to nginx and gunicorn: others are answered meanwhile."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

import pytest
import requests

from devtools.memory import peak_memory
from devtools.sample_cubes import many_cubes
from devtools.stack import LONGEST_REQUEST_LINE
from tests.support.needed import needed
from tests.support.nginx import NginxServer
from tests.support.path_tricks import SECRET_BYTES, lay_out, path_tricks
from tests.system.archive import Archive, note_highest
from tests.system.test_login_attempts import log_in
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

SLOW_CLIENTS = 200
MUCH_TOO_LONG_SECONDS = 5
HUGE = 100_000_000
LOGIN = "/accounts/login/"
INGEST = "/api/v1/ingest/"


@pytest.fixture(scope="module")
def archive(servers, tmp_path_factory, checks_connect) -> Iterator[Archive]:
    """Only the web servers, as `docker-compose.yml` starts them: gunicorn with four processes of four threads.

    In the end, a worker does what was accepted between all those requests, and nothing else.
    """
    archive = Archive(servers, "hostile_requests", tmp_path_factory.mktemp("archive"), {})
    try:
        many_cubes(archive.data, 1)
        archive.stack.start_web(workers=4)
        yield archive
        archive.stack.start_worker("worker-0")
        archive.stack.start_beat()
        archive.wait_until_idle()
        check_whole(archive)
    finally:
        archive.remove()


@pytest.fixture(scope="module")
def nginx(archive: Archive) -> Iterator[NginxServer]:
    with needed(), archive.nginx() as nginx:
        yield nginx


@contextmanager
def connection(nginx: NginxServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as client:
        yield client


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def answer_of(client: socket.socket) -> bytes:
    """Everything that the server sends until it closes the connection."""
    return b"".join(iter(lambda: client.recv(2**16), b""))


def slowest_answer(archive: Archive, nginx: NginxServer, times: int = 5) -> float:
    """Ask for a page and post a cube, as others do, and return how long the slowest answer took."""
    [cube] = archive.data.glob("nb_*.fits")
    slowest = 0.0
    for _ in range(times):
        started = time.monotonic()
        assert requests.get(nginx.base_url, timeout=20).status_code == 200
        asked = time.monotonic()
        order = {"relative_path": cube.name}
        assert archive.session.post(f"{nginx.base_url}{INGEST}", json=order, timeout=20).status_code == 202
        archive.accepted[cube.name] = [{}]
        slowest = max(slowest, asked - started, time.monotonic() - asked)
    return slowest


SLOW = {
    "say nothing": b"",
    "begin a request line": b"GE",
    "begin their headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ",
    "begin the body of a form": head("POST", LOGIN, f"Content-Length: {10_000}") + b"username=",
    "begin the body of an order": head("POST", INGEST, f"Content-Length: {10_000}") + b'{"relative_path"',
    "begin a chunk": head("POST", INGEST, "Transfer-Encoding: chunked") + b"1000\r\nabc",
    "begin a body that is huge": head("POST", LOGIN, f"Content-Length: {HUGE}") + b"username=",
    "wait to be asked for their body": head("POST", LOGIN, "Content-Length: 1000", "Expect: 100-continue"),
    "begin a second request": head("GET", "/healthz") + b"GET / HTTP/1.1\r\nHo",
    "do not hang up": head("GET", "/healthz", "Connection: close"),
}


@pytest.mark.parametrize("way", SLOW)
def test_others_are_answered_while_many_clients(archive, nginx, way):
    with ExitStack() as clients:
        slow = [clients.enter_context(connection(nginx)) for _ in range(SLOW_CLIENTS)]
        for client in slow:
            client.sendall(SLOW[way])
        slowest = slowest_answer(archive, nginx)
    assert slowest < MUCH_TOO_LONG_SECONDS
    note_highest("milliseconds: the slowest answer beside slow clients", 1000 * slowest)


def test_others_are_answered_while_many_clients_drip(archive, nginx):
    with ExitStack() as clients:
        slow = [clients.enter_context(connection(nginx)) for _ in range(SLOW_CLIENTS)]
        for byte in b"GET / HTTP/1.1\r\n":
            for client in slow:
                client.send(bytes([byte]))
        assert slowest_answer(archive, nginx) < MUCH_TOO_LONG_SECONDS


def test_a_request_that_comes_byte_by_byte_is_answered(nginx):
    body = b"username=a&password=b"
    with connection(nginx) as client:
        for byte in head("POST", LOGIN, f"Content-Length: {len(body)}", "Connection: close") + body:
            client.send(bytes([byte]))
        assert answer_of(client).startswith(b"HTTP/1.1 403 ")


def test_requests_that_come_at_once_are_answered_in_turn(nginx):
    with connection(nginx) as client:
        client.sendall(head("GET", "/healthz") * 3 + head("GET", "/none", "Connection: close"))
        assert [line.split()[1] for line in answer_of(client).splitlines() if line.startswith(b"HTTP/1.1")] == [
            b"200",
            b"200",
            b"200",
            b"404",
        ]


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(nginx):
    with connection(nginx) as client:
        client.sendall(head("POST", LOGIN, "Content-Length: 3", "Expect: 100-continue", "Connection: close"))
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"a=b")
        assert b"HTTP/1.1 403 " in answer_of(client)


def peak_of_gunicorn(archive: Archive) -> int:
    return peak_memory(archive.stack.processes["web"].pid)


HUGE_BODIES = {
    "an order": (INGEST, "application/json"),
    "a form": (LOGIN, "application/x-www-form-urlencoded"),
    "a form with a file": (LOGIN, "multipart/form-data; boundary=x"),
    "a form of the admin": ("/admin/login/", "multipart/form-data; boundary=x"),
    "a page that takes no body": ("/", "text/plain"),
}


@pytest.fixture(scope="module")
def all_have_answered(archive, nginx) -> None:
    """Give each process of gunicorn some requests: its first ones take memory that it keeps."""
    slowest_answer(archive, nginx, times=20)


@pytest.mark.parametrize("what", HUGE_BODIES)
def test_a_huge_body_is_refused_and_takes_no_memory(archive, nginx, all_have_answered, what):
    path, content_type = HUGE_BODIES[what]
    before = peak_of_gunicorn(archive)
    block = b"x" * 2**20
    with connection(nginx) as client:
        lines = [f"Content-Length: {HUGE}", f"Content-Type: {content_type}"]
        client.sendall(head("POST", path, f"Authorization: Token {archive.servers.token}", *lines))
        client.sendall(b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n')
        # A client that sends all of it before it reads, as most do.
        for _ in range(HUGE // len(block)):
            client.sendall(block)
        assert answer_of(client).startswith(b"HTTP/1.1 413 ")
    assert peak_of_gunicorn(archive) - before < 10_000_000


def test_a_body_of_untold_length_is_counted_by_nginx(archive, nginx):
    headers = {"Content-Type": "application/json"}
    answer = archive.session.post(
        f"{nginx.base_url}{INGEST}", data=iter([b'{"a"', b": 1}"]), headers=headers, timeout=20
    )
    assert (answer.status_code, list(answer.json())) == (400, ["a"])


def test_a_body_of_untold_length_is_refused_without_nginx(archive):
    answer = archive.session.post(f"{archive.stack.base_url}{INGEST}", data=iter([b"{}"]), timeout=20)
    assert answer.status_code == 411


def test_a_huge_body_is_refused_without_nginx(archive):
    before = peak_of_gunicorn(archive)
    with socket.create_connection(("127.0.0.1", archive.stack.port), timeout=30) as client:
        client.sendall(head("POST", INGEST, f"Content-Length: {HUGE}"))
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")
    assert peak_of_gunicorn(archive) - before < 10_000_000


def test_a_request_line_is_taken_up_to_its_limit_and_no_further(archive):
    def status_of_line(length: int) -> int:
        address = "/help/?"
        address += "x" * (length - len(f"GET {address} HTTP/1.1"))
        return requests.get(f"{archive.stack.base_url}{address}", timeout=20).status_code

    assert status_of_line(LONGEST_REQUEST_LINE) == 200
    for length in (LONGEST_REQUEST_LINE + 1, 8_100, 8_300, 60_000, 1_000_000):
        assert status_of_line(length) == 414


def test_a_request_line_that_is_too_long_is_refused_behind_nginx(nginx):
    for length in (LONGEST_REQUEST_LINE + 1, 8_100, 8_300, 60_000, 1_000_000):
        assert requests.get(f"{nginx.base_url}/api/v1/data-cubes/?search={'x' * length}", timeout=20).status_code == 414


def test_a_head_without_end_is_refused(archive, nginx):
    before = peak_of_gunicorn(archive)
    with connection(nginx) as client:
        client.sendall(b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 20_000)
        assert answer_of(client).startswith(b"HTTP/1.1 4")
    assert peak_of_gunicorn(archive) - before < 10_000_000


@pytest.mark.parametrize(
    "host",
    ["elsewhere.example", "127.0.0.1.elsewhere.example", "127.0.0.1@elsewhere", "a b", "", "[::1", "127.0.0.1:x"],
)
def test_another_host_is_refused(nginx, host):
    with connection(nginx) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert answer_of(client).startswith(b"HTTP/1.1 400 ")


FORGED = "2026-01-01 00:00:00,000 ERROR workorders.worker: all is lost"
"""What an attacker would like to see in the log as a line of its own."""


def test_no_request_writes_a_line_of_its_own_into_the_log(archive, nginx):
    line = f"a\r\n{FORGED}\n\x1b[2J\u2028{FORGED}\u202e"
    url, session = nginx.base_url, archive.session
    for path in (
        f"/{quote(line)}",
        f"/media/{quote(line)}.jpg",
        f"/data/{quote(line)}/a.fits",
        f"/cubes/{quote(line)}/",
    ):
        assert requests.get(f"{url}{path}", timeout=20).status_code == 404
    order = session.post(f"{url}{INGEST}", json={"relative_path": f"{line}.fits", line: line}, timeout=20)
    assert order.status_code == 400
    login = requests.post(
        f"{url}{LOGIN}", data={"username": line}, headers={"Referer": f"{url}/{quote(line)}"}, timeout=20
    )
    assert login.status_code == 403
    # What comes before is escaped by Django already; this is logged by axes, and escaped by the archive alone.
    agent = f"a\x85{FORGED}\x9b2J"
    assert log_in(f"{url}{LOGIN}", "wrong", **{"User-Agent": agent}).status_code == 200
    for header in (f"Host: a\r\n {FORGED}", f"Host: a\n{FORGED}", f"X-A: b\r{FORGED}", f"X-Forwarded-For: {line}"):
        with connection(nginx) as client:
            client.sendall(f"GET /none HTTP/1.1\r\n{header}\r\nConnection: close\r\n\r\n".encode())
            assert answer_of(client).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    log = archive.stack.log("web")
    assert rf"a\x85{FORGED}\x9b2J" in log
    assert not [written for written in log.split("\n") if written.startswith(FORGED)]
    assert not set("\r\x1b\x85\x9b\u2028\u202e") & set(log)


def test_no_path_leads_the_server_out_of_its_folders(archive, nginx):
    """As it is sent, where clients would resolve or encode it first."""
    lay_out(archive.data)
    for folder in ("/data", "/data/x", "/media", "/static", "/cubes", "/api/v1/data-cubes", ""):
        for trick in path_tricks(archive.data):
            path = f"{folder}/{trick}"
            if set(path) & set(" \r\n"):
                continue  # It ends the request line.
            with connection(nginx) as client:
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                answer = answer_of(client)
            assert SECRET_BYTES not in answer, path
            assert answer.split(b" ", 2)[1] in (b"301", b"400", b"404"), path
