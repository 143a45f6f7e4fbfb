"""The keeper of an archive of real processes: nobody posts, and the archive knows."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from devtools.sample_cubes import edit_keyword, many_cubes
from devtools.services import wait_until
from devtools.svo import SvoServer
from tests.keeper.conftest import flip_a_bit
from tests.system.archive import Archive, children
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

STATES = "SELECT oid, relative_path, missing_since IS NOT NULL FROM datacubes_datacube ORDER BY relative_path"


@pytest.fixture
def svo() -> Iterator[SvoServer]:
    with SvoServer() as server:
        yield server


def keep(archive: Archive) -> None:
    """Start a worker of the keeper's queue."""
    queues = ["--queues", "keeper", "--concurrency", "2", "--hostname", "keeper@%h"]
    archive.stack.start("keeper", "celery", "-A", "config", "worker", *queues)


def walk(archive: Archive) -> str:
    """Walk once, wait for the orders, and return what the command printed."""
    said = archive.stack.manage("discover")
    archive.wait_until_idle()
    return said


def paths(archive: Archive) -> dict[str, bool]:
    """The paths of all cubes, and whether they are shown as missing."""
    return {path: is_missing for _, path, is_missing in archive.query(STATES)}


def statuses(archive: Archive) -> set[str]:
    return {status for (status,) in archive.query("SELECT status FROM workorders_workorder")}


def test_files_appear_change_move_vanish_and_rot_without_a_post(make_archive, svo):
    archive = make_archive(
        SVO_API_URL=svo.url,
        SVO_USERNAME=svo.username,
        SVO_API_KEY=svo.key,
        ARCHIVE_BASE_URL="http://archive.example.org",
        ALLOWED_HOSTS="127.0.0.1",
        DISCOVERY_STILL_SECONDS="0.2",
        DISCOVERY_GONE_HOURS="0",
        DISCOVERY_MINUTES="100000",
        FIXITY_MB_PER_SECOND="500",
    )
    archive.start(workers=1, concurrency=2)
    first, second, third, fourth = many_cubes(archive.data, 4, shape=(1, 1, 2, 16, 16))
    time.sleep(0.3)
    said = walk(archive)
    assert "4 files, 4 new" in said
    assert paths(archive) == {path.name: False for path in (first, second, third, fourth)}
    oids = {path: oid for oid, path, _ in archive.query(STATES)}
    wait_until(lambda: set(svo.oids("CRISP")) == set(oids.values()), "the cubes are in the SVO")

    # Beat has the files audited, and downloads carry the sums.
    keep(archive)
    archive.stack.manage("audit_files")
    url = f"{archive.stack.base_url}/data/{oids[first.name]}/{first.name}"
    assert requests.get(url, timeout=10).headers["Repr-Digest"].startswith("sha-256=:")

    edit_keyword(first, "OBSERVER", "Somebody else")
    (archive.data / "moved").mkdir()
    moved = second.rename(archive.data / "moved" / second.name)
    third.unlink()
    flip_a_bit(fourth)
    time.sleep(0.3)
    said = walk(archive)
    assert f"changed: {first.name}" in said
    assert f"missing: {third.name}" in said or f"gone: {third.name}" in said
    walk(archive)  # What was moved is no longer at its former path.
    assert paths(archive) == {
        first.name: False,
        str(moved.relative_to(archive.data)): False,
        third.name: True,
        fourth.name: False,
    }
    assert archive.query("SELECT observer FROM datacubes_metadata WHERE observer = 'Somebody else'") == [
        ("Somebody else",)
    ]
    wait_until(lambda: offline(svo)[third.name], "the SVO knows what is missing")
    wait_until(lambda: not any(offline(svo)[file.name] for file in (first, second, fourth)), "and what is not")

    with pytest.raises(RuntimeError, match="1 damaged"):
        archive.stack.manage("audit_files", *oids.values())
    assert archive.query("SELECT oid, state FROM keeper_incident") == [(oids[fourth.name], "open")]
    page = requests.get(f"{archive.stack.base_url}/cubes/{oids[fourth.name]}/", timeout=10).text
    assert "This file is damaged" in page
    assert "1 incidents" in archive.stack.manage("fixity_report")
    assert statuses(archive) == {"completed"}


def offline(svo: SvoServer) -> dict[str, bool]:
    """Whether the SVO says that a file cannot be had, by the names of the files."""
    return {Path(location["file_path"]).name: location["offline"] for location in svo.locations("CRISP")}


def test_a_walk_and_an_audit_that_are_killed_are_made_again(make_archive):
    archive = make_archive(DISCOVERY_STILL_SECONDS="0", DISCOVERY_MINUTES="1", FIXITY_MB_PER_SECOND="0.05")
    archive.start_workers(workers=1, concurrency=2)
    cubes = many_cubes(archive.data, 30)
    keep(archive)
    send = "from keeper.tasks import discover_files, audit_some_files; discover_files.delay(); audit_some_files.delay()"
    archive.stack.manage("shell", "--no-imports", "--command", send)
    wait_until(lambda: archive.query("SELECT 1 FROM workorders_workorder"), "the walk has queued something")
    archive.stack.kill("keeper")
    archive.wait_until_idle()
    keep(archive)
    lease_expires = float(archive.stack.environment["ORDER_LEASE_SECONDS"])
    time.sleep(lease_expires)
    archive.stack.manage("shell", "--no-imports", "--command", send)
    wait_until(lambda: len(paths(archive)) == len(cubes), "all are ingested")
    wait_until(lambda: archive.query("SELECT 1 FROM keeper_auditedfile"), "a file is audited")
    assert archive.query("SELECT max(attempts) FROM workorders_workorder") == [(1,)]
    assert statuses(archive) == {"completed"}


def test_of_two_machines_one_of_which_has_no_storage_the_other_does_all_the_work(make_archive, tmp_path):
    archive = make_archive()
    empty = tmp_path / "empty"
    empty.mkdir()
    cubes = many_cubes(archive.data, 20)
    seeing = archive.stack.environment
    archive.stack.environment = seeing | {"SCIENCE_DATA_ROOT": str(empty)}
    archive.stack.start_worker("worker-blind", concurrency=2)
    archive.stack.environment = seeing
    archive.start(workers=0)
    for path in cubes:
        archive.post(path)
    wait_until(lambda: archive.query("SELECT 1 FROM workorders_hostwithoutstorage"), "the blind machine is noted")
    assert archive.query("SELECT count(*) FROM workorders_workorderrun") == [(0,)]
    archive.stack.start_worker("worker-0", concurrency=2)
    archive.wait_until_idle()
    assert archive.query("SELECT status, max(attempts) FROM workorders_workorder GROUP BY status") == [("completed", 1)]
    workers = {worker for (worker,) in archive.query("SELECT DISTINCT worker FROM workorders_workorderrun")}
    assert {int(worker.rpartition(":")[2]) for worker in workers} <= set(children(archive.workers()["worker-0"]))
    check_whole(archive)
