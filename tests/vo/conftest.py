"""An archive that offers TAP. On SQLite, tests that use it are left out."""

import csv
import fcntl
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client

from vo.role import prepare_role


@pytest.fixture(scope="session")
def role(django_db_setup, django_db_blocker, tmp_path_factory) -> None:
    """The role of queries, which all databases of the server share: one process after the other prepares it."""
    if connection.vendor != "postgresql":
        pytest.skip("TAP needs PostgreSQL")
    with (tmp_path_factory.getbasetemp().parent / "role.lock").open("w") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        prepare_role()


@pytest.fixture
def tap(role, db, client: Client) -> Callable[..., HttpResponseBase]:
    """Send a query to /tap/sync, with parameters, and return the answer."""

    def tap(query: str, **parameters: object) -> HttpResponseBase:
        return client.get("/tap/sync", {"LANG": "ADQL", "QUERY": query} | parameters)

    return tap


@pytest.fixture
def rows(tap) -> Callable[..., list[dict[str, str]]]:
    """Send a query, and return the rows of the result, as texts by the names of the columns."""

    def rows(query: str, **parameters: object) -> list[dict[str, str]]:
        answer = tap(query, FORMAT="csv", **parameters)
        content = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, content
        return list(csv.DictReader(io.StringIO(content.decode())))

    return rows
