"""Workers keep their connection to PostgreSQL between tasks, and replace one that was ended meanwhile."""

import time

import pytest

from devtools.sample_cubes import many_cubes
from devtools.services import wait_until
from tests.system.archive import Archive

pytestmark = pytest.mark.system

CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def connections(archive: Archive) -> set[int]:
    return {pid for (pid,) in archive.query(CONNECTIONS)}


def test_they_are_kept_between_tasks_and_replaced_once_they_were_ended(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=1)
    first, second = many_cubes(archive.data, 2)
    archive.poll(archive.post(first))
    archive.stack.kill("web")
    wait_until(lambda: len(connections(archive)) == 1, "only the worker's process is connected")
    kept = connections(archive)
    time.sleep(1.5)  # Some sweeps.
    assert connections(archive) == kept

    archive.query(f"SELECT pg_terminate_backend(pid) FROM ({CONNECTIONS}) AS connection")
    archive.stack.start_web(workers=1)
    assert archive.poll(archive.post(second))["status"] == "completed"
    assert [status for status, *_ in archive.runs(second)] == ["completed"]
    assert not connections(archive) & kept
