"""Fixtures of the tests that bring the archive and the SVO together; they import those of cubes as well."""

from collections.abc import Callable, Iterator

import pytest
from urllib3.util import Retry

from datacubes.models import DataCube
from devtools.svo import SvoServer
from svo import configuration
from svo.client import SvoClient
from svo.connection import SvoConnection
from svo.submission import send_next


@pytest.fixture
def configured(svo: SvoServer, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SvoServer]:
    """Let the archive use the stand-in, with short timeouts and no delays, and no broker for its wake-ups."""
    settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = svo.url, svo.username, svo.key
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    connection = SvoConnection(svo.url, svo.username, svo.key, timeout=(1, 1), retries=Retry(total=2))
    monkeypatch.setattr(configuration, "_client", lambda *arguments: SvoClient(connection))
    monkeypatch.setattr("svo.notes.wake_sender", lambda: None)
    configuration._datasets.clear()
    yield svo
    configuration._datasets.clear()


@pytest.fixture
def send_all() -> Callable[[], list[str]]:
    """Return a function that sends all that is due, as a worker does, and returns the states."""

    def send_all() -> list[str]:
        states = []
        while sent := send_next():
            states += [str(submission.state) for submission in sent]
        return states

    return send_all


@pytest.fixture
def submitted(configured: SvoServer, archive_cube, send_all) -> DataCube:
    """A cube that the SVO has."""
    cube = archive_cube()
    assert send_all() == ["submitted"]
    configured.forget_requests()
    return cube
