"""What is tried again, when, and how often; and what is not."""

import logging

import pytest
from urllib3.util import Retry

from common.errors import PermanentError, TransientError
from devtools.svo import SvoServer
from svo import connection as connection_module
from svo.client import SvoClient
from svo.connection import RETRIES, SvoConnection
from svo.errors import SvoRefused, SvoUnauthorized, SvoUnavailable
from svo.resources import Dataset
from tests.svo.conftest import connect


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that would have been waited, instead of waiting them."""
    seconds: list[float] = []
    monkeypatch.setattr(connection_module.time, "sleep", seconds.append)
    return seconds


def test_many_requests_go_over_one_connection(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    for oid in svo.fill("CRISP", 20):
        client.record(crisp.metadata_uri, oid)
        client.delete(crisp.metadata_uri, oid)

    assert len(svo.requests) == 40
    assert len({request.connection for request in svo.requests}) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_server_is_asked_again(svo: SvoServer, client: SvoClient, status: int) -> None:
    svo.answer(status, times=3)

    assert client.dataset("CRISP").name == "CRISP"
    assert len(svo.requests) == 4


def test_a_connection_that_ends_is_made_again(svo: SvoServer, client: SvoClient) -> None:
    client.dataset("CRISP")
    svo.drop(times=1)
    svo.drop_in_answer(times=1)

    assert client.dataset("CRISP").name == "CRISP"
    assert len({request.connection for request in svo.requests}) == 3


def test_a_server_that_was_restarted_is_found_again(svo: SvoServer, client: SvoClient) -> None:
    client.dataset("CRISP")
    with svo.down():
        pass

    assert client.dataset("CRISP").name == "CRISP"


def test_a_server_that_is_slow_is_waited_for(svo: SvoServer, client: SvoClient) -> None:
    svo.slow(0.3)

    assert client.dataset("CRISP").name == "CRISP"
    assert len(svo.requests) == 1


def test_a_server_that_refuses_connections_is_a_transient_error(svo: SvoServer, client: SvoClient) -> None:
    with svo.down(), pytest.raises(SvoUnavailable, match="did not answer GET /service/api/svo/dataset/CRISP/") as error:
        client.dataset("CRISP")

    assert isinstance(error.value, TransientError)
    assert svo.requests == []


def test_a_server_that_hangs_is_given_up(svo: SvoServer) -> None:
    svo.hang()
    client = SvoClient(connect(svo, timeout=(0.2, 0.2), retries=Retry(total=1)))

    with pytest.raises(SvoUnavailable, match="Read timed out"):
        client.dataset("CRISP")

    assert len(svo.requests) == 2


@pytest.mark.parametrize(
    ("status", "error_type"),
    [
        (500, SvoUnavailable),
        (507, SvoUnavailable),
        (400, SvoRefused),
        (401, SvoUnauthorized),
        (403, SvoUnauthorized),
        (405, SvoRefused),
        (413, SvoRefused),
        (301, SvoRefused),
    ],
)
def test_other_failures_are_told_at_once(
    svo: SvoServer, client: SvoClient, status: int, error_type: type[Exception]
) -> None:
    svo.answer(status)

    with pytest.raises(error_type, match=str(status) if status != 301 else "redirects GET"):
        client.keywords("CRISP")

    assert len(svo.requests) == 1


def test_temporary_failures_are_transient_and_others_permanent(svo: SvoServer, client: SvoClient) -> None:
    svo.answer(500, times=1)
    with pytest.raises(TransientError):
        client.keywords("CRISP")
    svo.answer(400, times=1)
    with pytest.raises(PermanentError):
        client.keywords("CRISP")


def test_delays_grow(svo: SvoServer, waits: list[float]) -> None:
    svo.answer(503)

    with pytest.raises(SvoUnavailable):
        SvoClient(connect(svo, retries=RETRIES)).dataset("CRISP")

    assert waits == [0, 2, 4, 8]


def test_the_server_says_when_to_retry(svo: SvoServer, waits: list[float]) -> None:
    svo.answer(429, headers={"Retry-After": "17"}, times=1)

    SvoClient(connect(svo, retries=RETRIES)).dataset("CRISP")

    assert waits == [17]


def test_a_retry_after_of_a_day_is_not_waited_for(svo: SvoServer, waits: list[float]) -> None:
    svo.answer(503, headers={"Retry-After": "86400"}, times=1)
    svo.answer(503, headers={"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, times=1)

    SvoClient(connect(svo, retries=RETRIES)).dataset("CRISP")

    assert waits == [60, 60]


def test_an_unreadable_retry_after_changes_nothing(svo: SvoServer, waits: list[float]) -> None:
    svo.answer(503, headers={"Retry-After": "soon"}, times=2)

    SvoClient(connect(svo, retries=RETRIES)).dataset("CRISP")

    assert waits == [0, 2]


def test_an_attempt_that_failed_is_logged(svo: SvoServer, client: SvoClient, caplog: pytest.LogCaptureFixture) -> None:
    svo.answer(503, {"error": "backup is running"}, times=1)

    with caplog.at_level(logging.WARNING):
        client.dataset("CRISP")

    assert "failed at GET /service/api/svo/dataset/CRISP/ (503): backup is running" in caplog.text


def test_a_page_that_is_not_json_is_a_transient_error(svo: SvoServer, client: SvoClient) -> None:
    svo.answer(200, b"<h1>Maintenance</h1>")

    with pytest.raises(SvoUnavailable, match="200 and something that is not JSON"):
        client.dataset("CRISP")


def test_an_address_without_the_final_slash_is_not_followed(svo: SvoServer, connection: SvoConnection) -> None:
    with pytest.raises(SvoRefused, match=r"redirects POST /service/api/svo/keyword to /service/api/svo/keyword/"):
        connection.request("POST", "keyword", body={})

    assert len(svo.requests) == 1
