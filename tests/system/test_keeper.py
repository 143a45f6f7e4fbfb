"""The keeper of an archive of real processes: nobody posts, and the archive knows."""

import base64
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest
import requests
from celery import current_app
from kombu import Connection

from devtools.sample_cubes import edit_keyword, many_cubes
from devtools.services import wait_until
from devtools.stack import PROJECT
from devtools.svo import SvoServer
from keeper.events.kinds import Kind
from tests.keeper.conftest import flip_a_bit
from tests.support.webhook_receiver import Receiver, receiver
from tests.system.archive import Archive, children
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

SECRET = f"whsec_{base64.b64encode(b'only for tests, of 32 characters').decode()}"
SECONDS = 90
"""How long a busy machine may take for a step; two workers and the keeper's start at once."""

STATES = "SELECT oid, relative_path, missing_since IS NOT NULL FROM datacubes_datacube ORDER BY relative_path"


@pytest.fixture
def svo() -> Iterator[SvoServer]:
    with SvoServer() as server:
        yield server


def keep(archive: Archive) -> None:
    """Start a worker of the keeper's queue."""
    queues = ["--queues", "keeper", "--concurrency", "2", "--hostname", "keeper@%h"]
    archive.stack.start("keeper", "celery", "-A", "config", "worker", *queues)


def send(archive: Archive, task: str) -> None:
    """Send a task as beat does."""
    with Connection(archive.servers.broker.url) as connection:
        current_app.send_task(f"keeper.tasks.{task}", queue="keeper", connection=connection)


def walk(archive: Archive) -> tuple[int, ...]:
    """Have a worker walk once, wait for the orders, and return how many files were new, changed and gone."""
    ended = "SELECT new, changed, gone FROM keeper_walk WHERE finished_at IS NOT NULL ORDER BY id"
    before = len(archive.query(ended))
    send(archive, "discover_files")
    wait_until(lambda: len(archive.query(ended)) > before, "the walk has ended", SECONDS)
    archive.wait_until_idle()
    return archive.query(ended)[-1]


def audit(archive: Archive) -> None:
    """Have a worker audit every file, also those that were audited today."""
    archive.query("UPDATE keeper_auditedfile SET tried_at = tried_at - interval '2 days'")
    send(archive, "audit_some_files")
    audited = "SELECT count(*) FROM keeper_auditedfile WHERE tried_at > now() - interval '1 day'"
    held = "SELECT count(*) FROM datacubes_datacube WHERE missing_since IS NULL"
    wait_until(lambda: archive.query(audited) == archive.query(held), "every file is audited", SECONDS)


def paths(archive: Archive) -> dict[str, bool]:
    """The paths of all cubes, and whether they are shown as missing."""
    return {path: is_missing for _, path, is_missing in archive.query(STATES)}


def statuses(archive: Archive) -> set[str]:
    return {status for (status,) in archive.query("SELECT status FROM workorders_workorder")}


@pytest.fixture
def told() -> Iterator[Receiver]:
    with receiver() as server:
        yield server


def test_files_appear_change_move_vanish_and_rot_without_a_post(make_archive, svo, told):
    archive = make_archive(
        WEBHOOKS_TO_PRIVATE_ADDRESSES="true",
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
    archive.query(
        "INSERT INTO webhooks_webhook (name, url, kinds, is_on, secret, made_at) "
        "VALUES ('mirror', %s, %s, true, %s, now())",
        [told.url, json.dumps(Kind.values), SECRET],
    )
    archive.start(workers=1, concurrency=2)
    keep(archive)
    first, second, third, fourth = many_cubes(archive.data, 4, shape=(1, 1, 2, 16, 16))
    time.sleep(0.3)
    assert walk(archive) == (4, 0, 0)
    assert paths(archive) == {path.name: False for path in (first, second, third, fourth)}
    oids = {path: oid for oid, path, _ in archive.query(STATES)}
    audit(archive)
    assert download(archive, oids[fourth.name], fourth)
    wait_until(lambda: set(svo.oids("CRISP")) == set(oids.values()), "the cubes are in the SVO", SECONDS)

    edit_keyword(first, "OBSERVER", "Somebody else")
    (archive.data / "moved").mkdir()
    second.rename(archive.data / "moved" / second.name)
    third.unlink()
    flip_a_bit(fourth)
    time.sleep(0.3)
    assert walk(archive) == (1, 1, 2)
    assert paths(archive) == {
        first.name: False,
        f"moved/{second.name}": False,
        third.name: True,
        fourth.name: False,
    }
    assert {Path(path).name: oid for oid, path, _ in archive.query(STATES)} == oids
    changed = "SELECT cube_id FROM datacubes_metadata WHERE observer = 'Somebody else'"
    assert len(archive.query(changed)) == 1
    wait_until(lambda: offline(svo)[third.name], "the SVO knows what is missing", SECONDS)
    wait_until(lambda: not any(offline(svo)[file.name] for file in (first, second, fourth)), "and what is not", SECONDS)

    audit(archive)
    assert archive.query("SELECT oid, state FROM keeper_incident") == [(oids[fourth.name], "open")]
    assert download(archive, oids[first.name], first)
    assert not download(archive, oids[fourth.name], fourth)
    assert "7 files read" in archive.stack.manage("fixity_report")
    assert statuses(archive) == {"completed"}

    expected = {("cube.ingested", oid) for oid in oids.values()} | {
        ("cube.changed", oids[first.name]),
        ("file.missing", oids[third.name]),
        ("fixity.failed", oids[fourth.name]),
    }
    wait_until(lambda: expected <= events_told(told), "the webhook was told", SECONDS)
    assert {kind for kind, _ in events_told(told)} == {kind for kind, _ in expected}
    answer = requests.get(f"{archive.stack.base_url}/api/v1/events/", timeout=10).json()
    assert {(event["kind"], event["oid"]) for event in answer["results"]} == events_told(told)
    feed = feedparser.parse(requests.get(f"{archive.stack.base_url}/feed/", timeout=10).content)
    assert len(feed.entries) == 4


def events_told(told: Receiver) -> set[tuple[str, str]]:
    """Return kind and OID of the events that the webhook was told, verified as receivers do it."""
    messages = [message.verified(SECRET) for message in list(told.messages)]
    return {(message["type"], message["data"]["oid"]) for message in messages}


def download(archive: Archive, oid: str, file: Path) -> bool:
    """Download a file, and return whether it has the sum that its download states."""
    answer = requests.get(f"{archive.stack.base_url}/data/{oid}/{file.name}", timeout=10)
    assert answer.status_code == 200
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    return answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"


def offline(svo: SvoServer) -> dict[str, bool]:
    """Whether the SVO says that a file cannot be had, by the names of the files."""
    return {
        unquote(location["file_url"]).rpartition("/")[2]: location["offline"] for location in svo.locations("CRISP")
    }


def test_a_walk_and_an_audit_that_are_killed_are_made_again(make_archive):
    archive = make_archive(DISCOVERY_STILL_SECONDS="0", DISCOVERY_MINUTES="1", FIXITY_MB_PER_SECOND="0.01")
    archive.start_workers(workers=1, concurrency=2)
    cubes = many_cubes(archive.data, 104)  # Two batches of orders.
    keep(archive)
    send(archive, "discover_files")
    wait_until(lambda: archive.query("SELECT 1 FROM workorders_workorder"), "the walk has queued something", SECONDS)
    wait_until(lambda: paths(archive), "a cube is there", SECONDS)
    send(archive, "audit_some_files")
    wait_until(
        lambda: archive.query("SELECT 1 FROM keeper_lease WHERE name = 'audit of files'"), "the audit runs", SECONDS
    )
    archive.stack.kill("keeper")
    keep(archive)
    archive.wait_until_idle()  # Meanwhile the leases of the dead expire.
    walk(archive)
    assert len(paths(archive)) == len(cubes)
    assert archive.query("SELECT max(attempts) FROM workorders_workorder") == [(1,)]
    assert statuses(archive) == {"completed"}
    before = archive.query("SELECT count(*) FROM keeper_auditedfile")
    send(archive, "audit_some_files")
    wait_until(lambda: archive.query("SELECT count(*) FROM keeper_auditedfile") > before, "audits go on", SECONDS)
    archive.stack.kill("keeper")  # At this pace it would finish its file first.


ON_ANOTHER_HOST = (
    *("unshare", "--user", "--map-root-user", "--uts", "--mount", "sh", "-c"),
    'hostname blind && mount -t tmpfs none "$1" && shift && exec "$@"',
    "sh",
)
"""Begins a command for a process with a host name of its own, on which a folder is not mounted."""


def test_of_two_machines_one_of_which_has_no_storage_the_other_does_all_the_work(make_archive):
    archive = make_archive()
    cubes = many_cubes(archive.data, 20)
    worker = ("-m", "celery", "-A", "config", "worker", "--queues", "ingest", "--concurrency", "2")
    command = [*ON_ANOTHER_HOST, str(archive.data), sys.executable, *worker]
    archive.stack.processes["worker-blind"] = subprocess.Popen(
        command, env=archive.stack.environment, cwd=PROJECT, start_new_session=True
    )
    archive.start(workers=0)
    for path in cubes:
        archive.post(path)
    noted = "SELECT host FROM workorders_hostwithoutstorage"
    wait_until(lambda: archive.query(noted) == [("blind",)], "the machine without the storage is noted", SECONDS)
    assert archive.query("SELECT count(*) FROM workorders_workorderrun") == [(0,)]
    archive.stack.start_worker("worker-0", concurrency=2)
    archive.wait_until_idle()
    assert archive.query("SELECT status, max(attempts) FROM workorders_workorder GROUP BY status") == [("completed", 1)]
    workers = {worker for (worker,) in archive.query("SELECT DISTINCT worker FROM workorders_workorderrun")}
    assert {int(worker.rpartition(":")[2]) for worker in workers} <= set(children(archive.workers()["worker-0"]))
    check_whole(archive)
