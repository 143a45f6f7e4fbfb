"""Fixtures of the tests of whole processes: one PostgreSQL and one Redis for all, an archive for each."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from devtools.services import PostgreSQLServer, RedisServer
from tests.support.needed import needed
from tests.system.archive import FIGURES, Archive, Servers, prepare

pytest.register_assert_rewrite("tests.system.whole")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and Redis, which a test may stop and kill as long as it starts them again."""
    with needed():
        prepared = prepared_once(tmp_path_factory)
        with PostgreSQLServer(prepared / "postgresql") as database, RedisServer() as broker:
            yield Servers(database, broker, (prepared / "token").read_text(), prepared / "static")


def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of `prepare`, which the first of the test processes fills for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "token").exists():
            shutil.rmtree(folder, ignore_errors=True)  # Of a process that failed to fill it.
            prepare(folder)
    return folder


@pytest.fixture(scope="module")
def checks_connect(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the check of the whole connect this process to databases."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def make_archive(servers: Servers, tmp_path: Path, checks_connect: None) -> Iterator[Callable[..., Archive]]:
    """Make an archive with settings of its own, on an empty database and an empty broker; nothing runs yet."""
    archives: list[Archive] = []

    def make(**settings: str) -> Archive:
        servers.broker.kill()
        servers.broker.start()
        folder = tmp_path / f"archive-{len(archives)}"
        folder.mkdir()
        archives.append(Archive(servers, f"archive_{os.urandom(4).hex()}", folder, settings))
        return archives[-1]

    yield make
    for archive in archives:
        archive.remove()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests did and met."""
    if FIGURES:
        terminalreporter.section("figures of the system tests")
        for name, number in sorted(FIGURES.items()):
            terminalreporter.write_line(f"{number:8} {name}")
