"""The commands of docker-compose.yml, run with a real Redis that asks for a password."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.sample_cubes import many_cubes
from devtools.services import free_port, wait_until
from devtools.stack import Stack
from tests.support.compose import PROJECT, command_of, health_check_of, start_read_only
from tests.support.needed import needed
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

PASSWORD = "the-password-of-redis"
PROGRAMS = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
MOVIES = (3, 1, 2, 16, 16)


class Redis:
    """Redis as compose starts it, on a port of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"
        command = command_of("redis", {"redis-server -": f"redis-server - --port {self.port} --bind 127.0.0.1"})
        environment = os.environ | {"REDISCLI_AUTH": PASSWORD}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def answers(self, password: str = PASSWORD) -> bool:
        command = health_check_of("redis", {})
        command[1:1] = ["-p", str(self.port)]
        environment = os.environ | {"REDISCLI_AUTH": password}
        return subprocess.run(command, env=environment, capture_output=True).returncode == 0


@pytest.fixture
def redis(servers) -> Iterator[Redis]:
    redis = Redis()
    try:
        wait_until(redis.answers, "Redis answers")
        yield redis
    finally:
        redis.process.kill()
        redis.process.wait()


def is_healthy(service: str, environment: dict[str, str], **replaced: str) -> bool:
    done = subprocess.run(health_check_of(service, replaced), cwd=PROJECT, env=environment | PROGRAMS)
    return done.returncode == 0


def test_redis_answers_those_who_know_its_password_only(redis):
    assert redis.answers()
    assert not redis.answers("another")
    assert not redis.answers("")


def test_the_list_of_processes_does_not_show_the_password(redis):
    arguments = Path(f"/proc/{redis.process.pid}/cmdline").read_bytes()
    assert arguments.startswith(b"redis-server")
    assert PASSWORD.encode() not in arguments


@pytest.fixture
def beat(redis, tmp_path) -> Iterator[Stack]:
    """Beat alone, without a database, as in its container."""
    settings = {
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": "postgres://archive:wrong@127.0.0.1:1/archive",
        "CELERY_BROKER_URL": redis.url,
        "LOCAL_ROOT": str(tmp_path),
        "ORDER_SWEEP_SECONDS": "0.5",
    }
    with Stack(settings, tmp_path / "logs") as stack:
        with needed():
            start_read_only(stack, "beat", tmp_path / "media", tmp_path / "memory", {})
        yield stack


def test_beat_is_healthy_while_redis_receives_its_messages(beat, redis):
    def healthy() -> bool:
        return is_healthy("beat", beat.environment, **{"90": "2"})

    wait_until(healthy, f"beat is healthy; {beat.log('beat')}")
    beat.processes["beat"].send_signal(signal.SIGSTOP)
    wait_until(lambda: not healthy(), "beat that hangs is not healthy")
    beat.processes["beat"].send_signal(signal.SIGCONT)
    wait_until(healthy, "beat is healthy again")
    redis.process.kill()
    redis.process.wait()
    assert not healthy()
    assert beat.processes["beat"].poll() is None
    assert "Read-only" not in beat.log("beat")


def test_a_cube_is_ingested_where_the_root_cannot_be_written_to(make_archive, redis, tmp_path):
    archive = make_archive(CELERY_BROKER_URL=redis.url)
    archive.media.mkdir()
    for service in ("web", "worker", "beat"):
        replaced = {"0.0.0.0:8000": f"127.0.0.1:{archive.stack.port}"}
        with needed():
            start_read_only(archive.stack, service, archive.media, tmp_path / "memory" / service, replaced)
    healthy = {
        "web": lambda: is_healthy("web", archive.stack.environment, **{":8000": f":{archive.stack.port}"}),
        "worker": lambda: is_healthy("worker", archive.stack.environment | {"HOSTNAME": socket.gethostname()}),
    }
    for service, check in healthy.items():
        wait_until(check, f"{service} is healthy; {archive.stack.log(service)}")
    [path] = many_cubes(archive.data, 1, shape=MOVIES)
    assert archive.poll(archive.post(path))["status"] == "completed"
    assert list(archive.media.rglob("*.webm"))
    for service in archive.stack.processes:
        assert "Read-only" not in archive.stack.log(service)
    check_whole(archive)
