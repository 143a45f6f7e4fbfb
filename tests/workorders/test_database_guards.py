"""The guards that `migrate` sets in PostgreSQL."""

import os
from contextlib import closing

import psycopg2
import pytest
from django.apps import apps
from django.db import connection

from devtools.services import of_database
from workorders.database_guards import set_guards

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="the guards are PostgreSQL's"),
]


def values_of_a_new_session() -> tuple[str, str]:
    url = of_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute("SELECT current_setting('jit'), current_setting('idle_in_transaction_session_timeout')")
        return cursor.fetchone()


def test_migrate_has_set_the_guards_for_new_sessions():
    assert values_of_a_new_session() == ("off", "1min")


def test_another_lease_is_another_timeout(settings):
    settings.ORDER_LEASE_SECONDS = 2.5
    set_guards(apps.get_app_config("workorders"), "default")
    assert values_of_a_new_session() == ("off", "2500ms")
    settings.ORDER_LEASE_SECONDS = 60.0
    set_guards(apps.get_app_config("workorders"), "default")
    assert values_of_a_new_session() == ("off", "1min")


def test_a_refusal_is_told_with_the_statement_that_is_missing(settings, caplog):
    settings.ORDER_LEASE_SECONDS = 3.0
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            set_guards(apps.get_app_config("workorders"), "default")
        finally:
            cursor.execute("SET default_transaction_read_only = off")
    assert "SET idle_in_transaction_session_timeout TO '3000'”: cannot execute ALTER ROLE in a read-only" in caplog.text
    assert values_of_a_new_session() == ("off", "1min")
