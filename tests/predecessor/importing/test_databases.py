"""The databases that the import reads: MariaDB, PostgreSQL and SQLite; and what they may try."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from devtools.mariadb import mariadb, run_sql
from predecessor.source import STATEMENT_SECONDS, SourceError, number, open_source, text
from tests.predecessor.importing.databases import FormerDatabase, dump
from tests.support.needed import needed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[str]:
    with needed(), mariadb() as url:
        yield url


@pytest.fixture
def on_mariadb(mariadb_server: str) -> Iterator[FormerDatabase]:
    name = f"sst_archive_{uuid4().hex[:12]}"
    run_sql(mariadb_server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = f"{mariadb_server.rpartition('/')[0]}/{name}"
    run_sql(url, dump("mysql.sql"), dump("rows.sql"))
    yield FormerDatabase(url, lambda sql: run_sql(url, sql))
    run_sql(mariadb_server, f"DROP DATABASE {name}")


def test_mariadb_gives_what_the_other_databases_give(import_all, on_mariadb, files):
    expected = import_all("--dry-run", "--everything")
    assert import_all("--dry-run", "--everything", database=on_mariadb.url) == expected
    assert import_all("--everything", database=on_mariadb.url) == expected.replace("To be taken", "Taken")
    assert "nothing new" in import_all(database=on_mariadb.url)


def test_mariadb_is_only_read_and_stops_what_takes_long(on_mariadb):
    with open_source(on_mariadb.url) as source, closing(source._connection.cursor()) as cursor:
        cursor.execute("SELECT @@max_statement_time")
        assert float(cursor.fetchone()[0]) == STATEMENT_SECONDS
        with pytest.raises(Exception, match="READ ONLY"):
            cursor.execute('DELETE FROM "auth_user"')


def test_the_import_sees_one_moment_of_mariadb(on_mariadb):
    with open_source(on_mariadb.url) as source:
        on_mariadb.run('DELETE FROM "auth_user"')
        assert len(source.first("auth_user", (number("id"),), "id", 0, 100)) == 8


def test_dates_that_mariadb_has_and_no_calendar_are_refused(import_all, on_mariadb, files):
    on_mariadb.run(
        """SET SESSION sql_mode = 'ANSI_QUOTES';
        UPDATE "data_access_datacubeaccesscontrol" SET "release_date" = '0000-00-00' WHERE "data_cube_id" = 101;
        UPDATE "auth_user" SET "date_joined" = '0000-00-00 00:00:00'"""
    )
    printed = import_all(database=on_mariadb.url)
    assert "1 × release dates and comments: the date does not exist; the cube stays restricted (“embargoed”)" in printed


def test_a_database_is_only_read(former):
    with (
        open_source(former.url) as source,
        closing(source._connection.cursor()) as cursor,
        pytest.raises(Exception, match=r"read-?only"),
    ):
        cursor.execute('DELETE FROM "auth_user"')


def test_long_texts_are_cut_by_the_database(former):
    former.run(
        """UPDATE "data_access_datacubeaccesscontrol" SET "release_comment" = 'ö' || SUBSTR('"""
        + "x" * 5000
        + """', 1, 5000)"""
    )
    with open_source(former.url) as source:
        rows = source.every("data_access_datacubeaccesscontrol", (text("release_comment", 100),))
    assert {len(comment) for (comment,) in rows} == {101}


def test_more_rows_than_can_be_meant_end_the_import(import_all, files, monkeypatch):
    monkeypatch.setattr("predecessor.source.MOST_ROWS", 3)
    with pytest.raises(CommandError, match="auth_group has more than 3 rows where far fewer are expected"):
        import_all()


def test_another_database_is_refused(import_all, former):
    former.run('DROP TABLE "observations_datacube_tags"; DROP TABLE "observations_tag"')
    with pytest.raises(CommandError, match="The table observations_tag of sst_archive cannot be read"):
        import_all()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sst_archive",
        "oracle://u:hidden@host/name",
        "mysql://u:hidden@host",
        "postgres://u:hidden@host:port/name",
        "postgres://u:hidden@[host/name",
        "postgres://u:hidden@127.0.0.1:1/name",
        "mysql://u:hidden@127.0.0.1:1/name",
        "mysql://u:hidden@127.0.0.1:1/name?init_command=DROP",
        "postgres://u:hidden@127.0.0.1:1/name?nonsense=1",
        "sqlite:////nowhere/name.sqlite3",
    ],
)
def test_a_database_that_cannot_be_opened_is_reported_without_its_password(import_all, url):
    with pytest.raises(CommandError, match=r"--database must be|cannot be opened") as refused:
        import_all(database=url)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("media", ["relative", "/storage/../etc"])
def test_the_folder_is_an_absolute_path(media, former):
    with pytest.raises(CommandError, match="--media must be an absolute path"):
        call_command("import_sst_archive", "--database", former.url, "--media", media)


def test_values_of_other_types_and_broken_texts_end_the_import_or_are_replaced(tmp_path):
    """SQLite holds any value in any column."""
    path = tmp_path / "odd.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE auth_group (id, name)")
        connection.execute("INSERT INTO auth_group VALUES (1, CAST(x'80ff' AS TEXT))")
        connection.commit()
        columns = (number("id"), text("name", 150))
        with open_source(f"sqlite:///{path}") as source:
            assert source.every("auth_group", columns) == [(1, "\ufffd\ufffd")]
        for odd in ("'one'", "1.5", str(2**63), "x'00'"):
            connection.execute(f"UPDATE auth_group SET id = {odd}")
            connection.commit()
            with open_source(f"sqlite:///{path}") as source, pytest.raises(SourceError, match=r"auth_group\.id holds"):
                source.every("auth_group", columns)
