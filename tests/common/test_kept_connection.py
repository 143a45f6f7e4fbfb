"""A connection to PostgreSQL that is kept is checked before it is used again, by a statement only if it must be."""

import select
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """A connection that has been used and is kept."""
    if connection.vendor != "postgresql":
        pytest.skip("Only connections to PostgreSQL are kept.")
    kept = connection.copy()
    kept.settings_dict |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    with kept.cursor() as cursor:
        cursor.execute("SELECT 2")
    yield kept
    kept.close()


def process(kept: BaseDatabaseWrapper) -> int:
    """The number of the server's process."""
    return kept.connection.get_backend_pid()


def last_statement(kept: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [process(kept)])
        return cursor.fetchone()[0]


def begin_request(kept: BaseDatabaseWrapper) -> None:
    """Do what Django does at the begin of a request, and at the first statement in it."""
    kept.close_if_unusable_or_obsolete()
    kept.close_if_health_check_failed()
    kept.ensure_connection()


def last_statement_of_the_same(kept: BaseDatabaseWrapper) -> str:
    """Begin a request, in which the connection stays the same, and return the last statement that it has sent."""
    before = process(kept)
    begin_request(kept)
    assert process(kept) == before
    return last_statement(kept)


def test_one_that_waits_is_asked_nothing(kept):
    assert last_statement_of_the_same(kept) == "SELECT 2"


def test_one_that_the_server_has_ended_is_replaced(kept):
    before = process(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    begin_request(kept)
    assert process(kept) != before
    with kept.cursor() as cursor:
        cursor.execute("SELECT 3")


def test_one_that_has_had_an_error_is_asked(kept):
    kept.errors_occurred = True
    assert last_statement_of_the_same(kept) == "SELECT 1"


def test_one_that_has_received_something_is_asked_and_kept(kept):
    with kept.cursor() as cursor:
        cursor.execute("LISTEN news")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY news")
    assert select.select([kept.connection], [], [], 10)[0]  # Another process of the server passes it on.
    assert last_statement_of_the_same(kept) == "SELECT 1"


def test_one_that_was_closed_is_opened_again(kept):
    kept.connection.close()
    begin_request(kept)
    with kept.cursor() as cursor:
        cursor.execute("SELECT 3")
