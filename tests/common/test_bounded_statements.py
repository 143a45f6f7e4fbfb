"""Limits of statements on PostgreSQL."""

import pytest
from django.db import DatabaseError, connection

from common.bounded_statements import TookTooLong, by_condition_indexes, time_limit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such limits"),
]


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def setting(name):
    return ask(f"SHOW {name}")


def test_a_statement_that_takes_longer_is_stopped_and_the_connection_can_be_used():
    with pytest.raises(TookTooLong), time_limit(0.05, "default"):
        ask("SELECT pg_sleep(30)")
    assert ask("SELECT 1") == 1
    assert setting("statement_timeout") == "0"


def test_a_statement_within_the_limit_is_answered_and_the_next_has_no_limit():
    with time_limit(20, "default"):
        assert ask("SELECT 2") == 2
        assert setting("statement_timeout") == "20s"
    assert setting("statement_timeout") == "0"


def test_another_failure_stays_itself():
    with pytest.raises(DatabaseError, match="division by zero"), time_limit(20, "default"):
        ask("SELECT 1 / 0")


def test_without_a_limit_nothing_is_set(django_assert_num_queries):
    with django_assert_num_queries(1), time_limit(None, "default"), by_condition_indexes(False, "default"):
        ask("SELECT 1")


def test_tables_are_scanned_again_afterwards():
    with by_condition_indexes(True, "default"):
        assert (setting("enable_seqscan"), setting("enable_indexscan")) == ("off", "off")
    assert (setting("enable_seqscan"), setting("enable_indexscan")) == ("on", "on")
