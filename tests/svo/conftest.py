"""The stand-in SVO, and a client that waits for nothing."""

from collections.abc import Iterator

import pytest
from urllib3.util import Retry

from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.connection import SvoConnection
from svo.resources import Dataset
from tests.svo.archive_fixtures import configured, send_all, submitted

__all__ = ["configured", "send_all", "submitted"]

ODD_OIDS = [
    "2019-04-19T17:34:55.50395_6173_0-4,7",
    "a/b/c",
    "100%25 of 50%",
    "with spaces and ?#&=+;",
    "Größe ☉",
    "../dataset",
]


@pytest.fixture
def svo() -> Iterator[SvoServer]:
    with SvoServer() as server:
        yield server


def connect(svo: SvoServer, **changes: object) -> SvoConnection:
    """Return a connection with the right credentials and retries without delays."""
    options = {"username": svo.username, "key": svo.key, "timeout": (1, 1), "retries": Retry(total=3)}
    return SvoConnection(svo.url, **(options | changes))


@pytest.fixture
def connection(svo: SvoServer) -> SvoConnection:
    return connect(svo)


@pytest.fixture
def client(connection: SvoConnection) -> SvoClient:
    return SvoClient(connection)


@pytest.fixture
def crisp(svo: SvoServer, client: SvoClient) -> Dataset:
    dataset = client.dataset("CRISP")
    svo.forget_requests()
    return dataset
