"""The archive behind PgBouncer in transaction mode, which gives each transaction another server connection."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext

import psycopg2
import pytest

from devtools.pgbouncer import PgBouncerServer
from devtools.sample_cubes import cube_filename, many_cubes, write_cube
from devtools.services import execute, of_database, wait_until
from tests.support.needed import needed
from tests.system.archive import Archive, Servers, kill
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

MOVIES = (3, 1, 2, 16, 16)
POOLED = {"DISABLE_SERVER_SIDE_CURSORS": "true"}


@pytest.fixture(scope="module")
def pgbouncer(servers: Servers) -> Iterator[PgBouncerServer]:
    with needed(), PgBouncerServer(servers.database) as server:
        yield server


@pytest.fixture
def make_pooled(pgbouncer: PgBouncerServer, make_archive: Callable[..., Archive]) -> Callable[..., Archive]:
    """Make an archive whose processes reach their database through PgBouncer."""

    def make(**settings: str) -> Archive:
        archive = make_archive(**POOLED | settings)
        archive.stack.environment["DATABASE_URL"] = of_database(pgbouncer.url, archive.name)
        return archive

    return make


def check_whole_without(pgbouncer: PgBouncerServer, archive: Archive, *, surplus_files: bool = False) -> None:
    """Check the whole once PgBouncer, which keeps its connections to PostgreSQL, has given them up."""
    assert archive.stack.stop(60) == []
    archive.stack.environment["DATABASE_URL"] = archive.database_url
    pgbouncer.reconnect()
    check_whole(archive, surplus_files=surplus_files)


def test_migrate_through_pgbouncer_sets_guards_that_hold_for_every_transaction(make_pooled, pgbouncer):
    archive = make_pooled()
    execute(archive.servers.database.url, f"DROP DATABASE {archive.name}")
    execute(archive.servers.database.url, f"CREATE DATABASE {archive.name}")
    archive.stack.manage("migrate", "--verbosity", "0")
    pgbouncer.reconnect()
    assert guards_of_several_connections(archive) == {("off", "2s")}


def guards_of_several_connections(archive: Archive) -> set[tuple[str, str]]:
    """What three transactions at once, and so three connections of PgBouncer to PostgreSQL, have as their guards."""
    found = set()
    connections = [psycopg2.connect(archive.stack.environment["DATABASE_URL"]) for _ in range(3)]
    for connection in connections:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('jit'), current_setting('idle_in_transaction_session_timeout')")
            found.add(cursor.fetchone())
    for connection in connections:
        connection.rollback()
        connection.close()
    return found


def test_cubes_are_ingested_shown_and_queued_again_through_pgbouncer(make_pooled, pgbouncer):
    archive = make_pooled()
    archive.start(workers=2, concurrency=2)
    paths = many_cubes(archive.data, 30, shape=MOVIES)
    for path in paths:
        archive.post(path)
    archive.wait_until_idle()
    found = archive.session.get(f"{archive.stack.base_url}/api/v1/data-cubes/", timeout=30).json()
    assert len(found["results"]) == 30
    assert archive.session.get(f"{archive.stack.base_url}/readyz", timeout=5).json()["database"] == "ok"
    archive.stack.manage("reingest_all_cubes", "--queue")
    archive.wait_until_idle()
    assert archive.query("SELECT count(*) FROM workorders_workorderrun WHERE status = 'completed'") == [(60,)]
    check_whole_without(pgbouncer, archive)


@pytest.mark.parametrize("disabled", [False, True])
def test_server_side_cursors_must_be_disabled(make_pooled, disabled):
    archive = make_pooled(DISABLE_SERVER_SIDE_CURSORS=str(disabled).lower())
    guards_of_several_connections(archive)  # Which are there now, and have a turn each.
    with nullcontext() if disabled else pytest.raises(RuntimeError, match=r"cursor .* does not exist"):
        archive.stack.manage("prune_media")


def test_a_worker_that_is_stopped_within_its_last_transaction_holds_up_nobody_behind_pgbouncer(make_pooled, pgbouncer):
    archive = make_pooled()
    archive.start(workers=2, concurrency=1)
    path = write_cube(archive.data / cube_filename(), shape=MOVIES)
    with closing(psycopg2.connect(archive.database_url)) as connection:
        connection.cursor().execute("SET idle_in_transaction_session_timeout = 0")  # It is idle on purpose.
        connection.cursor().execute("LOCK TABLE datacubes_datacube IN SHARE MODE")  # Reads go on, writes wait.
        order = archive.post(path)
        stopped = archive.process_at(path)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        wait_until(lambda: archive.query(waiting), "the worker writes")
        kill(stopped, signal.SIGSTOP)
    archive.post(path)
    assert archive.poll(order)["status"] == "completed"
    kill(stopped, signal.SIGCONT)
    logs = archive.workers()
    wait_until(
        lambda: any("its failure is not recorded" in archive.stack.log(name) for name in logs), "the worker has noticed"
    )
    archive.wait_until_idle()
    check_whole_without(pgbouncer, archive)


def test_postgresql_that_crashes_behind_pgbouncer_is_told_and_loses_nothing(make_pooled, pgbouncer):
    archive = make_pooled()
    archive.start(workers=1)
    before, *after = many_cubes(archive.data, 10)
    archive.poll(archive.post(before))
    archive.servers.database.stop("immediate")
    try:
        began = time.monotonic()
        answer = archive.session.get(f"{archive.stack.base_url}/readyz", timeout=5)
        assert (answer.status_code, answer.json()["database"] != "ok") == (503, True)
        assert time.monotonic() - began < 1.8  # The promise is about a second.
        answer = archive.session.get(f"{archive.stack.base_url}/api/v1/data-cubes/", timeout=30)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    finally:
        archive.servers.database.start()
    for path in after:
        archive.post_until_accepted(path)
    archive.wait_until_idle()
    check_whole_without(pgbouncer, archive, surplus_files=True)
