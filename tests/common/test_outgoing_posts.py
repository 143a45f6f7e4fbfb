"""POSTs to addresses that others name: what is refused, and receivers that misbehave."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest
import trustme

from common.http.outgoing import AddressRefused, NotSent, check_url, post
from tests.support.webhook_receiver import Receiver, answering, dripping, hanging, receiver


@pytest.fixture
def private_allowed(settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True


@pytest.fixture
def target(private_allowed) -> Iterator[Receiver]:
    with receiver() as target:
        yield target


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https:///path", "example.org", "", "https://"),
        *("https://user:password@example.org/", "https://user@example.org/", "https://example.org:22/"),
        *("https://example.org:0/", "https://example.org:99999/", "https://[::1", "https://example.org/a b"),
        *("https://exämple.org/", "https://example.org/\r\nX: y", f"https://example.org/{'a' * 1000}"),
    ],
)
def test_what_is_no_url_of_a_receiver_is_refused(url):
    with pytest.raises(AddressRefused):
        check_url(url)


PRIVATE = [
    *("127.0.0.1", "127.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:0a00:0001::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_in_a_url_and_behind_a_name(address, monkeypatch):
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused, match="not a public address"):
        check_url(f"https://{shown}/hook")
    asked = []
    monkeypatch.setattr("socket.create_connection", lambda *args, **kwargs: asked.append(args))
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", (address, 443))])
    with pytest.raises(AddressRefused, match="not a public address"):
        post("https://receiver.example/hook", b"", {})
    assert asked == []


def test_other_forms_of_a_private_address_are_refused(monkeypatch):
    """The system's resolver reads them as 127.0.0.1."""
    for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
        with pytest.raises((AddressRefused, NotSent)):
            post(f"https://{host}/hook", b"", {})


def test_public_addresses_are_accepted():
    for url in ("https://192.88.99.1.example:8443/a?b=c", "https://8.8.8.8/", "https://[2001:4860:4860::8888]:443/"):
        assert check_url(url).geturl() == url


def test_only_the_address_that_was_checked_is_connected_to(monkeypatch):
    """A name that leads to a public address first, and to a private one at the second look-up."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    connected = []

    def create_connection(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", (next(answers), 443))])
    monkeypatch.setattr("socket.create_connection", create_connection)
    with pytest.raises(NotSent):
        post("https://rebinding.example/hook", b"", {})
    assert connected == [("8.8.8.8", 443)]


def test_private_addresses_of_a_name_are_left_out(monkeypatch):
    connected = []

    def create_connection(address, timeout):
        connected.append(address[0])
        raise ConnectionRefusedError

    found = [(0, 0, 0, "", (address, 443)) for address in ("10.0.0.1", "8.8.8.8", "::1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr("socket.create_connection", create_connection)
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        post("https://receiver.example/hook", b"", {})
    assert connected == ["8.8.8.8"]


def test_a_post_arrives_as_it_was_sent(target):
    answer = post(f"{target.url}?a=b", "Å".encode(), {"Content-Type": "application/json", "webhook-id": "msg_1"})
    assert answer.is_success
    [message] = target.messages
    assert (message.path, message.body) == ("/hook?a=b", "Å".encode())
    assert message.headers["host"] == target.url.split("/")[2]
    assert message.headers["webhook-id"] == "msg_1"


def test_a_redirect_is_an_answer_like_any_other(target):
    target.answer = answering(302, Location=target.url)
    assert post(target.url, b"", {}).status == 302
    assert len(target.messages) == 1


def test_a_failure_is_told_with_the_first_words_of_the_receiver(target):
    target.answer = answering(500, b"out of\x1b order " + b"x" * 100_000)
    answer = post(target.url, b"", {})
    assert not answer.is_success
    assert answer.words.startswith("out of? order xxx")
    assert len(answer.words) <= 300


def nothing(handler) -> None:
    """Close the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "answer",
    [
        hanging,
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y", pause=0.05),
        dripping(b"HTTP/1.1 ", b"2"),
    ],
    ids=["hangs", "says that it goes on", "sends a header without end", "sends a status without end"],
)
def test_a_receiver_without_an_answer_is_given_up_in_time(target, answer):
    target.answer = answer
    began = time.monotonic()
    with pytest.raises(NotSent):
        post(target.url, b"", {}, seconds=0.5)
    assert time.monotonic() - began < 2


def test_a_receiver_that_closes_the_connection_has_not_accepted(target):
    target.answer = nothing
    with pytest.raises(NotSent):
        post(target.url, b"", {})


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_without_end_is_cut_off(target, status):
    target.answer = dripping(f"HTTP/1.1 {status} X\r\n\r\n".encode(), b"y" * 300, pause=0.001)
    began = time.monotonic()
    assert post(target.url, b"", {}, seconds=5).status == status
    assert time.monotonic() - began < 3


def test_an_error_that_comes_drop_by_drop_counts_once_the_time_is_up(target):
    target.answer = dripping(b"HTTP/1.1 503 X\r\n\r\n", b"y", pause=0.1)
    began = time.monotonic()
    assert post(target.url, b"", {}, seconds=0.5).status == 503
    assert time.monotonic() - began < 2


def test_a_look_up_without_an_answer_is_given_up_in_time(private_allowed, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: [release.wait(10)][1:])
    began = time.monotonic()
    with pytest.raises(NotSent, match="within"):
        post("http://slow.example/", b"", {}, seconds=0.3)
    assert time.monotonic() - began < 2
    release.set()


def test_a_name_that_does_not_exist_is_told():
    with pytest.raises(NotSent, match="gaierror"):
        post("https://receiver.invalid/", b"", {})


def test_a_name_that_tls_cannot_ask_for_is_told(private_allowed, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", address)])
        monkeypatch.setattr("socket.create_connection", lambda *args, **kwargs: connect(address))
        with pytest.raises(NotSent, match="UnicodeError"):
            post("https://.example/", b"", {})


def connect(address: tuple[str, int]) -> socket.socket:
    connection = socket.socket()
    connection.connect(address)
    return connection


def test_nobody_who_listens_is_told(private_allowed):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent, match="ConnectionRefusedError"):
            post(f"http://127.0.0.1:{unused.getsockname()[1]}/", b"", {})


@pytest.fixture
def authority(tmp_path, monkeypatch) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@pytest.mark.parametrize(("name", "is_trusted"), [("receiver.example", True), ("other.example", False)])
def test_the_certificate_must_be_of_the_name_in_the_url(private_allowed, authority, monkeypatch, name, is_trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with receiver(context) as target:
        url = target.url.replace("127.0.0.1", "receiver.example")
        real = socket.getaddrinfo

        def look_up(host, *args, **kwargs):
            return real("127.0.0.1" if host == "receiver.example" else host, *args, **kwargs)

        monkeypatch.setattr("socket.getaddrinfo", look_up)
        if is_trusted:
            assert post(url, b"x", {}).status == 204
            assert target.messages[0].headers["host"].startswith("receiver.example:")
        else:
            with pytest.raises(NotSent, match="certificate"):
                post(url, b"x", {})
            assert target.messages == []


def test_a_receiver_that_begins_no_tls_is_given_up_in_time(private_allowed):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(NotSent):
            post(f"https://127.0.0.1:{silent.getsockname()[1]}/", b"", {}, seconds=0.4)
        assert time.monotonic() - began < 2
