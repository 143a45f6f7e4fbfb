"""``submit-cube`` against servers that are away for a while, or are no archives."""

import socket
import threading
from collections.abc import Callable

import pytest
from solar_archive_client.submission import cli
from solar_archive_client.submission.orders import Patience

from tests.client.stand_in import ORDER, Server, accepted, polled, server

__all__ = ["server"]


@pytest.fixture
def submit(tmp_path, server) -> Callable[..., int]:
    """Run the command against the server and return its exit code."""
    (tmp_path / "token").write_text("secret")

    def submit(*arguments: str, url: str = server.url) -> int:
        return cli.main([*arguments, "--server", url, "--token-file", str(tmp_path / "token")])

    return submit


def test_it_sends_the_token_and_the_cube(submit, server):
    assert submit("a.fits") == 0
    [(method, path, headers, body)] = server.requests
    assert (method, path, body) == ("POST", "/api/v1/ingest/batch/", {"orders": [{"relative_path": "a.fits"}]})
    assert headers["Authorization"] == "Token secret"


def test_a_netrc_does_not_replace_the_token(submit, server, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("default login other password else")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert submit("a.fits") == 0
    assert server.requests[0][2]["Authorization"] == "Token secret"


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
def test_it_retries_while_the_server_is_unavailable(submit, server, status, caplog, capsys):
    server.answer = lambda number: accepted(ORDER) if number > 3 else (status, {}, {})
    assert submit("a.fits") == 0
    assert [path for _, path, _, _ in server.requests] == ["/api/v1/ingest/batch/"] * 4
    assert capsys.readouterr().out == "a.fits: queued, order 7\n"
    assert len([message for message in caplog.messages if "trying again in" in message]) == 3


def test_it_retries_while_connections_are_refused(submit, caplog):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started: list[Server] = []
    timer = threading.Timer(0.5, lambda: started.append(Server(port)))
    timer.start()
    assert submit("a.fits", url=f"http://127.0.0.1:{port}") == 0
    timer.join()
    started[0].close()
    assert "The server is unavailable (Connection refused); trying again" in caplog.messages[0]


def test_it_waits_as_long_as_the_server_asks_for(submit, server, caplog):
    server.answer = lambda number: accepted(ORDER) if number > 1 else (503, {"Retry-After": "1"}, {})
    assert submit("a.fits") == 0
    assert "trying again in 1 s" in caplog.messages[0]


def test_it_says_why_the_server_is_unavailable(submit, server, caplog):
    reason = {"detail": "“a.fits” cannot be looked up: Stale file handle."}
    server.answer = lambda number: accepted(ORDER) if number > 1 else (503, {}, reason)
    assert submit("a.fits") == 0
    assert "(503 Service Unavailable: “a.fits” cannot be looked up: Stale file handle); trying" in caplog.messages[0]


def test_it_retries_while_it_waits_for_the_end(submit, server, capsys):
    answers = {
        1: accepted(ORDER),
        2: (503, {}, {}),
        3: polled(ORDER | {"status": "started"}),
        4: (0, {}, {}),
        5: polled(ORDER | {"status": "completed", "oid": "a-cube"}),
    }
    server.answer = answers.__getitem__
    assert submit("a.fits", "--wait") == 0
    assert [path for _, path, _, _ in server.requests[1:]] == ["/api/v1/work-orders/?page_size=300&id=7"] * 4
    assert capsys.readouterr().out == "a.fits: completed, a-cube\n"


def test_it_gives_up_after_a_while_and_prints_the_state_of_each_cube(submit, server, capsys, monkeypatch):
    monkeypatch.setattr(cli, "PATIENCE", Patience(first=0.05, longest=0.1, total=0.3))
    monkeypatch.setattr("solar_archive_client.submission.orders.CUBES_AT_ONCE", 1)
    server.answer = lambda number: accepted(ORDER) if number == 1 else (503, {}, {})
    assert submit("a.fits", "b.fits", "c.fits", "--wait") == 1
    printed = capsys.readouterr()
    assert "has been unavailable for" in printed.err
    assert "503 Service Unavailable" in printed.err
    assert printed.out == "a.fits: left queued, order 7\nb.fits: not submitted\nc.fits: not submitted\n"


def test_cubes_whose_storage_does_not_answer_are_posted_again(submit, server, capsys, caplog):
    away = {"status": 503, "refusal": {"detail": "“b.fits” cannot be looked up: Stale file handle."}}
    server.answer = {
        1: (207, {}, {"results": [{"status": 202, "order": ORDER}, away]}),
        2: accepted(ORDER | {"id": 8}),
    }.__getitem__
    assert submit("a.fits", "b.fits") == 0
    assert [body["orders"] for *_, body in server.requests[1:]] == [[{"relative_path": "b.fits"}]]
    assert capsys.readouterr().out == "a.fits: queued, order 7\nb.fits: queued, order 8\n"
    assert "(“b.fits” cannot be looked up: Stale file handle); trying" in caplog.messages[0]


def test_a_hundred_cubes_go_into_a_request_and_fewer_with_many_owners(submit, server):
    server.answer = lambda number: accepted(*[ORDER] * len(server.requests[-1][3]["orders"]))
    names = [f"{number}.fits" for number in range(250)]
    assert submit(*names) == 0
    assert [len(body["orders"]) for *_, body in server.requests] == [100, 100, 50]
    server.requests.clear()
    assert (
        submit(*names[:30], "--owner", ",".join(f"person-{number}@observatory.example" for number in range(999))) == 0
    )
    assert [len(body["orders"]) for *_, body in server.requests] == [14, 14, 2]


def test_the_token_is_not_sent_to_the_target_of_a_redirect(submit, server, capsys):
    other = Server()
    server.answer = lambda number: (301, {"Location": f"{other.url}/api/v1/ingest/batch/"}, {})
    assert submit("a.fits") == 1
    other.close()
    assert other.requests == []
    assert f"redirects to {other.url}/api/v1/ingest/batch/: give this final address" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"<html>welcome</html>"),
        (200, {}, []),
        (200, {}, {"id": "x"}),
        (207, {}, {"results": [{"status": 202, "order": {"id": "x"}}] * 2}),
        (207, {}, {"results": []}),
        (404, {}, b"<html>not here</html>"),
        (405, {}, b""),
    ],
)
def test_a_server_that_is_not_an_archive_is_reported(submit, server, answer, capsys):
    server.answer = lambda number: answer
    assert submit("a.fits", "b.fits") == 1
    printed = capsys.readouterr()
    assert "check --server" in printed.err
    assert printed.out == "a.fits: not submitted\nb.fits: not submitted\n"
    assert len(server.requests) == 1


def test_a_vanished_order_counts_as_lost(submit, server, capsys):
    server.answer = lambda number: accepted(ORDER) if number == 1 else polled()
    assert submit("a.fits", "--wait") == 1
    assert capsys.readouterr().out == "a.fits: lost: the server has no such order\n"


def test_the_servers_message_is_printed_on_one_line(submit, server, capsys):
    error = "first\nb.fits: completed\x1b[31m\u2028ü"
    failed = ORDER | {"status": "failed", "error": error}
    server.answer = lambda number: accepted(failed) if number == 1 else polled(failed)
    assert submit("a.fits", "--wait") == 1
    assert capsys.readouterr().out == "a.fits: failed: first b.fits: completed [31m ü\n"
