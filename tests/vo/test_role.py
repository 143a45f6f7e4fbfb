"""`migrate` gives the role of queries the views again, if it may."""

import pytest
from django.apps import apps
from django.db import connection

from vo.role import grant_after_migrate


@pytest.fixture
def plain_user(role, db):
    """Act as a user who owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE plain_user_of_tap; SET LOCAL ROLE plain_user_of_tap")
        yield
        cursor.execute("RESET ROLE")


def test_who_may_not_reads_what_to_do(plain_user, caplog):
    grant_after_migrate(apps.get_app_config("vo"), "default")
    assert "was not given the views of TAP (permission denied for schema ivoa" in caplog.text
    assert "prepare_tap" in caplog.text


def test_the_owner_does_it_without_a_word(role, db, caplog):
    grant_after_migrate(apps.get_app_config("vo"), "default")
    assert caplog.text == ""
