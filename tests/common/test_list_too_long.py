"""A list of the admin that the database does not find in time."""

import pytest
from django.db import connection

from common.admin import base
from datacubes.models import EmailGrant
from tests.support.admin_actions import choose

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL bounds a statement")


def test_it_is_refused_with_what_to_do(admin_client, archive_cube, monkeypatch):
    EmailGrant.objects.create(cube=archive_cube(), email="a@b.example")
    monkeypatch.setattr(base, "LONGEST_LIST_SECONDS", 0.2)
    monkeypatch.setattr("operations.admin.grants.EmailGrantAdmin.get_queryset", lambda admin, request: _slow())
    answer = admin_client.get("/admin/datacubes/emailgrant/?q=b.example")
    assert answer.status_code == 503
    assert "The database needs longer than 0.2 s" in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_so_is_an_action_on_all_of_it(admin_client, archive_cube, monkeypatch):
    grant = EmailGrant.objects.create(cube=archive_cube(), email="a@b.example")
    monkeypatch.setattr(base, "LONGEST_LIST_SECONDS", 0.2)
    monkeypatch.setattr("operations.admin.grants.EmailGrantAdmin.get_queryset", lambda admin, request: _slow())
    answer = choose(admin_client, "/admin/datacubes/emailgrant/?q=b.example", "take_away", grant, everything=True)
    assert answer.status_code == 503
    assert EmailGrant.objects.exists()


def _slow():
    return EmailGrant.objects.extra(where=["pg_sleep(5) IS NOT NULL"])
