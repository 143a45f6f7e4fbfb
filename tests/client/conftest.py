"""Fixtures of the submission client's tests: an archive that runs, with an account and a worker."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from solar_archive_client.submission import cli
from solar_archive_client.submission.orders import Patience

from accounts.tokens import make_token
from workorders import queue
from workorders.worker import carry_out

Submit = Callable[..., int]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between attempts, and send no wake-ups to a broker."""
    monkeypatch.setattr(cli, "PATIENCE", Patience(first=0.05, longest=0.2, total=3))
    monkeypatch.setattr("workorders.batches.send_wake_up", lambda task: None)
    monkeypatch.setattr("solar_archive_client.submission.waiting.FIRST_PAUSE", 0.05)
    monkeypatch.delenv(cli.TOKEN_VARIABLE, raising=False)


@pytest.fixture
def token_file(pipeline: User, tmp_path: Path) -> Path:
    """A file that holds the pipeline's token."""
    path = tmp_path / "token"
    path.write_text(make_token(pipeline, "test") + "\n")
    return path


@pytest.fixture
def submit(live_server, token_file: Path) -> Submit:
    """Run the command against the archive and return its exit code."""

    def submit(*arguments: str, server: str = live_server.url) -> int:
        return cli.main([*arguments, "--server", server, "--token-file", str(token_file)])

    return submit


@pytest.fixture
def worker(live_server) -> Iterator[None]:
    """Carry out orders while the test runs."""
    done = threading.Event()

    def work() -> None:
        try:
            while not done.wait(0.02):
                order = queue.claim("worker")
                if order is not None:
                    carry_out(order)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("client")
