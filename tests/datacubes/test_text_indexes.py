"""The indexes for parts of texts: `migrate` adds them if it may, and says what is missing if it may not."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL's extensions"),
]
TEXTS = {
    "datacubes_datacube": ("oid", "filename"),
    "datacubes_metadata": ("observer",),
    "datacubes_emailgrant": ("email",),
    "workorders_workorder": ("relative_path", "oid"),
}
INDEXES = {f"{table}_{column}_text" for table, columns in TEXTS.items() for column in columns}


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def text_indexes():
    return {name for (name,) in execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\\_text'")}


def migrate():
    out = io.StringIO()
    call_command("migrate", stdout=out, verbosity=1)
    return out.getvalue()


@pytest.fixture
def plain_user():
    """Act as a user who owns the tables, but may not create extensions."""
    execute("CREATE ROLE plain_user_of_a_test")
    execute("GRANT ALL ON SCHEMA public TO plain_user_of_a_test")
    for table in TEXTS:
        execute(f"ALTER TABLE {table} OWNER TO plain_user_of_a_test")
    execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain_user_of_a_test")
    execute("DROP EXTENSION pg_trgm CASCADE")
    execute("SET LOCAL ROLE plain_user_of_a_test")
    yield
    execute("RESET ROLE")


def test_migrations_add_them():
    assert text_indexes() == INDEXES
    assert "parts of texts" not in migrate()


def test_missing_ones_are_added_by_the_next_migration():
    execute("DROP EXTENSION pg_trgm CASCADE")
    assert text_indexes() == set()
    migrate()
    assert text_indexes() == INDEXES


def test_a_user_who_may_not_create_extensions_reads_what_to_do(plain_user):
    said = migrate()
    assert "permission denied to create extension" in said
    assert (
        "Let a superuser execute CREATE EXTENSION pg_trgm in this database, then run manage.py migrate again." in said
    )
    assert text_indexes() == set()
    execute("RESET ROLE")
    execute("CREATE EXTENSION pg_trgm")
    execute("SET LOCAL ROLE plain_user_of_a_test")
    assert "parts of texts" not in migrate()
    assert text_indexes() == INDEXES


def test_without_the_extension_parts_are_found_all_the_same(plain_user, archive_cube, anybody):
    execute("RESET ROLE")
    archive_cube(oid="A cube")
    for given in ({"search": "CUB"}, {"observer": "observer"}):
        assert anybody.get("/api/v1/data-cubes/", given).json()["total"] == 1


def test_orders_and_grants_are_searched_by_the_indexes(admin_client):
    """The planner may not read all rows here; with few rows it would."""
    execute("SET LOCAL enable_seqscan = off")
    execute("SET LOCAL enable_indexscan = off")
    for url, index in (
        ("/admin/workorders/workorder/?q=nb_6173", "workorders_workorder_relative_path_text"),
        ("/admin/workorders/workorder/?q=nb_6173", "workorders_workorder_oid_text"),
        ("/admin/datacubes/emailgrant/?q=observatory", "datacubes_emailgrant_email_text"),
    ):
        rows = admin_client.get(url).context["cl"].queryset
        assert index in rows.explain(), rows.explain()
