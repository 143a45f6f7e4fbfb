"""/healthz and /readyz, with servers that are there, refuse and hang."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from django.db import connections

from devtools.services import RedisServer, free_port, wait_until
from operations import health
from tests.support.broker import broker, use_broker
from tests.support.needed import needed

__all__ = ["broker"]


@pytest.fixture
def hung_port() -> Iterator[int]:
    """A port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def all_there(transactional_db, broker, tmp_path) -> None:
    """Database, broker and storage, of which the first is that of the tests, and the second a folder."""
    folder = tmp_path / "messages"
    folder.mkdir()
    use_broker("filesystem://", data_folder_in=str(folder), data_folder_out=str(folder), control_folder=str(folder))


@contextmanager
def database_at(port: int) -> Iterator[None]:
    """Move the database to another port, for connections that are made meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "archive",
            "HOST": "127.0.0.1",
            "PORT": port,
            "USER": "archive",
            "PASSWORD": "secret",
            "OPTIONS": {},
        }.items():
            patch.setitem(connections.settings["default"], name, value)
        yield


def readyz(client) -> tuple[int, dict[str, str], float]:
    """Status, answer and seconds."""
    began = time.monotonic()
    answer = client.get("/readyz")
    return answer.status_code, answer.json(), time.monotonic() - began


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "10.1.2.3", "no.such.name"])
def test_healthz_answers_under_any_name_without_a_database(client, settings, host):
    settings.ALLOWED_HOSTS = ["archive.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", headers={"host": host})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_all_is_ready(client, all_there):
    status, answer, _ = readyz(client)
    assert (status, answer) == (200, {"database": "ok", "broker": "ok", "storage": "ok"})


def test_redis_is_ready(client, all_there):
    with needed(), RedisServer() as server:
        use_broker(server.url)
        assert readyz(client)[:2] == (200, {"database": "ok", "broker": "ok", "storage": "ok"})


@pytest.mark.parametrize("command", [("REPLICAOF", "127.0.0.1", "1"), ("CONFIG", "SET", "maxmemory", "1")])
def test_a_redis_that_refuses_every_write_is_not_ready(client, all_there, command):
    with needed(), RedisServer() as server:
        use_broker(server.url)
        redis.Redis.from_url(server.url).execute_command(*command)
        status, answer, _ = readyz(client)
    assert status == 503
    assert answer["broker"].startswith("The broker takes no messages")


@pytest.mark.skipif("connections['default'].vendor != 'postgresql'")
def test_a_database_that_is_read_only_is_not_ready(client, all_there):
    options = connections.settings["default"]["OPTIONS"]
    read_only = f"{options.get('options', '')} -c default_transaction_read_only=on"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(options, "options", read_only)
        answer = readyz(client)
    connections["default"].close()
    assert answer[:2] == (503, {"database": "The database is read-only.", "broker": "ok", "storage": "ok"})


def test_a_database_that_refuses_is_told_without_its_secrets(client, all_there, caplog):
    port = free_port()
    with database_at(port):
        status, answer, _ = readyz(client)
    assert (status, answer) == (503, {"database": "The database does not answer.", "broker": "ok", "storage": "ok"})
    assert f"port {port} failed: Connection refused" in caplog.text
    assert "secret" not in caplog.text


def test_a_database_that_hangs_is_told_in_time(client, all_there, hung_port):
    with database_at(hung_port):
        status, answer, seconds = readyz(client)
    assert (status, answer) == (503, {"database": "no answer within 1 s", "broker": "ok", "storage": "ok"})
    assert seconds < 1.8  # The promise is about a second.


def test_one_look_at_a_time_is_made_at_what_hangs(client, all_there, hung_port):
    with database_at(hung_port):
        first = health.CHECKS["database"].start()
        assert health.CHECKS["database"].start() is first
        assert readyz(client)[0] == 503


def test_it_is_ready_again_once_the_database_is_back(client, all_there, hung_port):
    with database_at(hung_port):
        assert readyz(client)[0] == 503
    wait_until(lambda: readyz(client)[0] == 200, "it is ready again", seconds=10)


@pytest.mark.parametrize("kind", ["refuses", "hangs"])
def test_a_broker_that_is_away_is_told_in_time(client, all_there, hung_port, kind):
    use_broker(f"redis://127.0.0.1:{free_port() if kind == 'refuses' else hung_port}/0")
    status, answer, seconds = readyz(client)
    assert status == 503
    assert answer == {
        "database": "ok",
        "broker": "The broker takes no messages; orders are taken, and carried out once it is back.",
        "storage": "ok",
    }
    assert seconds < 1.8


def test_a_redis_that_is_stopped_is_told_in_time(client, all_there):
    with needed(), RedisServer() as server:
        use_broker(server.url)
        assert readyz(client)[0] == 200
        os.kill(server.pid, signal.SIGSTOP)
        try:
            status, answer, seconds = readyz(client)
        finally:
            os.kill(server.pid, signal.SIGCONT)
    assert (status, answer["broker"] != "ok") == (503, True)
    assert seconds < 1.8


@pytest.mark.parametrize("name", ["SCIENCE_DATA_ROOT", "MEDIA_ROOT"])
def test_storage_that_is_gone_is_told_by_its_setting(client, all_there, settings, tmp_path, name):
    setattr(settings, name, tmp_path / "gone")
    status, answer, _ = readyz(client)
    assert status == 503
    assert name in answer["storage"]
    assert str(tmp_path) not in answer["storage"]


def test_storage_that_hangs_is_told_in_time(client, all_there, settings, tmp_path, monkeypatch):
    # A stale network mount cannot be made here; a folder whose listing blocks is as near as it gets.
    released = threading.Event()
    monkeypatch.setitem(health.CHECKS, "storage", health.Check(lambda: released.wait(10) and None))
    try:
        status, answer, seconds = readyz(client)
    finally:
        released.set()
    assert (status, answer["storage"]) == (503, "no answer within 1 s")
    assert seconds < 1.8
