"""Whether the client of a request is still there."""

import socket
from collections.abc import Iterator

import pytest

from common.http.client_presence import client_is_there


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection: the server's and the client's."""
    server, client = socket.socketpair()
    yield server, client
    server.close()
    client.close()


@pytest.mark.parametrize("timeout", [None, 0, 5])
def test_a_client_that_says_nothing_is_there_and_a_closed_one_is_not(pair, timeout):
    server, client = pair
    server.settimeout(timeout)
    assert client_is_there({"gunicorn.socket": server})
    client.close()
    assert not client_is_there({"gunicorn.socket": server})


def test_a_client_that_sends_more_is_there_and_nothing_is_taken_from_it(pair):
    server, client = pair
    client.send(b"GET / ")
    assert client_is_there({"gunicorn.socket": server})
    assert server.recv(10) == b"GET / "


def test_a_connection_that_this_side_closed_has_no_client(pair):
    server, _ = pair
    server.close()
    assert not client_is_there({"gunicorn.socket": server})


def test_a_server_that_shows_no_connection_is_believed_to_have_a_client():
    assert client_is_there({})
