"""Credentials reach the SVO with what writes, and nothing and nobody else."""

import logging
import traceback
from pathlib import Path

import pytest

from common.errors import PermanentError
from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.connection import SvoConnection
from svo.errors import SvoRefused, SvoUnauthorized, SvoUnavailable
from svo.resources import Dataset
from tests.svo.bodies import record_body
from tests.svo.conftest import connect

KEY = "s3cr3t-0f-the-archive"


@pytest.fixture
def svo() -> SvoServer:
    with SvoServer(key=KEY) as server:
        yield server


def test_credentials_are_sent_only_with_requests_that_write(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, "a", record_body(crisp))
    client.record(crisp.metadata_uri, "a")
    client.update(crisp.metadata_uri, "a", {"filter1": "8542"})
    client.delete(crisp.metadata_uri, "a")

    sent = {request.method: request.headers.get("Authorization") for request in svo.requests}
    assert sent == dict.fromkeys(["POST", "PATCH", "DELETE"], f"ApiKey archive:{KEY}") | {"GET": None}


@pytest.mark.parametrize("wrong", [{"key": "wrong-k3y"}, {"username": "somebody"}])
def test_wrong_credentials_are_a_permanent_error_that_names_the_settings(
    svo: SvoServer, crisp: Dataset, wrong: dict[str, str]
) -> None:
    client = SvoClient(connect(svo, **wrong))

    with pytest.raises(SvoUnauthorized, match="check SVO_USERNAME and SVO_API_KEY") as error:
        client.create(crisp.metadata_uri, "a", record_body(crisp))

    assert isinstance(error.value, PermanentError)
    assert svo.counts() == {"POST": 1}
    assert svo.oids("CRISP") == []
    assert svo.locations("CRISP") == []
    assert "wrong-k3y" not in str(error.value)


def test_reading_needs_no_credentials(svo: SvoServer) -> None:
    assert SvoClient(connect(svo, key="wrong")).dataset("CRISP").name == "CRISP"


def test_credentials_are_in_no_error_log_or_repr(
    svo: SvoServer, crisp: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect(svo, timeout=(1, 0.2))
    client = SvoClient(connection)
    shown = [repr(connection), repr(client), repr(vars(client)), repr(vars(connection)["_auth"])]
    faults = [
        lambda: svo.answer(401),
        lambda: svo.answer(500, {"error": f"headers were ApiKey archive:{KEY}"}),
        lambda: svo.answer(400, {"metadata_crisp": {"oid": [f"not with {KEY}"]}}),
        lambda: svo.answer(302, headers={"Location": "https://elsewhere.example.org/"}),
        svo.drop,
        svo.hang,
    ]
    with caplog.at_level(logging.DEBUG):
        for fault in faults:
            svo.clear_faults()
            fault()
            with pytest.raises((SvoRefused, SvoUnavailable)) as error:
                client.update(crisp.metadata_uri, "a", {"filter1": "8542"})
            shown += [str(error.value), repr(error.value), "".join(traceback.format_exception(error.value))]
        svo.stop()
        with pytest.raises(SvoUnavailable) as error:
            client.delete(crisp.metadata_uri, "a")
        shown += ["".join(traceback.format_exception(error.value))]
        svo.start()

    assert len(caplog.records) > 10
    assert KEY not in caplog.text
    assert KEY not in "".join(shown)


@pytest.mark.parametrize("setting", ["SVO_USERNAME", "SVO_API_KEY"])
@pytest.mark.parametrize("value", ["", "two words", f"{KEY}\n", "schlüssel-Ü"])
def test_credentials_that_cannot_be_sent_are_refused_without_being_shown(setting: str, value: str) -> None:
    credentials = {"SVO_USERNAME": "archive", "SVO_API_KEY": "key"} | {setting: value}

    with pytest.raises(PermanentError, match=f"{setting} must be printable") as error:
        SvoConnection("https://svo.example.org/api", credentials["SVO_USERNAME"], credentials["SVO_API_KEY"])

    assert not value or value not in str(error.value)


@pytest.mark.parametrize(
    "url",
    ["", "svo", "svo.example.org/api", "ftp://svo.example.org", "https://", "https://h:port/", "https://h:99999/",
     "https://.example.org/", "https://svo.example.org/?key=1"],
)  # fmt: skip
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="SVO_API_URL is not an address such as"):
        SvoConnection(url, "archive", KEY)


def test_an_address_that_holds_credentials_is_refused_without_being_shown() -> None:
    with pytest.raises(PermanentError, match="must not hold a user or password") as error:
        SvoConnection(f"https://archive:{KEY}@svo.example.org/api", "archive", KEY)

    assert KEY not in str(error.value)


def test_another_host_that_the_server_names_gets_nothing(svo: SvoServer, client: SvoClient) -> None:
    with pytest.raises(SvoRefused, match=r"refers to another server, evil\.example\.org"):
        client.update("https://evil.example.org/metadata/", "a", {"filter1": "8542"})
    with pytest.raises(SvoRefused, match="refers to another server"):
        client.delete(svo.url.replace("http:", "https:") + "/metadata/", "a")


def test_a_netrc_of_the_machine_is_not_read(
    svo: SvoServer, crisp: Dataset, client: SvoClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    client.create(crisp.metadata_uri, "a", record_body(crisp))
    client.record(crisp.metadata_uri, "a")

    assert [request.headers.get("Authorization") for request in svo.requests] == [f"ApiKey archive:{KEY}", None]


def test_an_address_with_a_final_slash_is_the_same(svo: SvoServer) -> None:
    connection = SvoConnection(svo.url + "/", svo.username, KEY)

    assert SvoClient(connection).dataset("CRISP").name == "CRISP"
