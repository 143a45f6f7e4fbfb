"""The check of the whole: what must be true of an archive in the end, whatever happened to it on the way."""

import json
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg2
import redis

from devtools.services import wait_until
from devtools.stack import Stack
from tests.system.archive import FIGURES, Archive
from tests.system.rows import Rows, connected, contents, ingested_plainly

INSTRUCTIONS = {"owner_email_addresses", "swedish_data", "force"}
"""Fields that wait to be carried out although a later post leaves them out."""
ENDED_WITHIN_SECONDS = 60
"""Now and then a process of Celery waits 30 s for its main process, which no longer does, to read its last result."""


def check_whole(archive: Archive, *, failed: Collection[Path] = (), surplus_files: bool = False) -> None:
    """Stop the archive and check that nothing was lost, doubled or left over.

    Parameters
    ----------
    archive
        Whose orders have all ended.
    failed
        The cubes whose order must have failed; all others that were accepted must be completed.
    surplus_files
        Whether files that no row names are to be expected: a process that is killed cannot remove those that it has
        just written. Even then `prune_media` must find them all.
    """
    with ThreadPoolExecutor() as pool:
        stopped = pool.submit(archive.stack.stop, ENDED_WITHIN_SECONDS)
        plain = plain_rows(archive)
        killed = stopped.result()
    assert killed == [], "these had to be killed, as they did not end when they were asked to"
    check_orders(archive, {str(path.relative_to(archive.data)) for path in failed})
    check_requests(archive)
    check_history(archive)
    held = contents_of(archive.stack)
    assert held["missing"] == []
    assert differences(held["rows"], plain) == []
    FIGURES["files without a row, removed by prune_media"] += len(held["surplus"])
    if surplus_files and held["surplus"]:
        archive.stack.manage("prune_media", "--delete", "--older-than", "0")
        held = contents_of(archive.stack)
    assert (held["missing"], held["surplus"]) == ([], [])
    check_nothing_is_left_over(archive)
    FIGURES["checks of the whole"] += 1


def check_orders(archive: Archive, failed: set[str]) -> None:
    """Every order that was accepted has ended as it should, and there are no others."""
    statuses = dict(archive.query("SELECT relative_path, status FROM workorders_workorder"))
    expected = {path: "failed" if path in failed else "completed" for path in archive.accepted}
    FIGURES["orders"] += len(statuses)
    FIGURES["losses"] += len(expected.keys() - statuses.keys())
    assert statuses == expected, _errors(archive)


def check_requests(archive: Archive) -> None:
    """The last run of each order was told what was posted last, and besides that only instructions of earlier posts."""
    wrong = []
    for path, told in archive.query(
        "SELECT o.relative_path, run.request FROM workorders_workorder o "
        "JOIN workorders_workorderrun run ON run.id = o.run_id"
    ):
        *earlier, last = archive.accepted[path]
        posted = [item for fields in earlier for item in fields.items()]
        kept = {name: told[name] for name in INSTRUCTIONS & told.keys() if (name, told[name]) in posted}
        if told != kept | last:
            wrong.append((path, told, last))
    assert wrong == []


def check_history(archive: Archive) -> None:
    """Every run has ended, each before the next one of its order began, and an order's last run is its outcome."""
    runs = archive.query(
        "SELECT order_id, status, started_at, finished_at FROM workorders_workorderrun ORDER BY order_id, id"
    )
    assert [run for run in runs if run[1] == "started" or run[3] is None] == []
    at_once = [(a, b) for a, b in pairwise(runs) if a[0] == b[0] and a[3] > b[2]]
    FIGURES["runs"] += len(runs)
    FIGURES["runs lost and made up for"] += sum(run[1] == "lost" for run in runs)
    FIGURES["runs handed back and made up for"] += sum(run[1] == "handed_back" for run in runs)
    FIGURES["duplicates"] += len(at_once)
    assert at_once == []
    odd = archive.query(
        "SELECT o.id, o.status, run.status FROM workorders_workorder o JOIN workorders_workorderrun run "
        "ON run.id = o.run_id WHERE o.status <> run.status OR o.next_request IS NOT NULL"
    )
    assert odd == []


def differences(found: Rows, expected: Rows) -> list[str]:
    """Tell what rows there are in one archive and not in another."""
    lines = []
    for model in sorted(found.keys() | expected.keys()):
        here, there = (Counter(map(_as_text, rows.get(model, []))) for rows in (found, expected))
        lines += [f"{model}: surplus or wrong: {row}" for row in here - there]
        lines += [f"{model}: missing or right: {row}" for row in there - here]
    return lines


def _as_text(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def contents_of(stack: Stack) -> dict[str, Any]:
    """What an archive holds, as `rows.contents` tells it."""
    with connected(stack.environment["DATABASE_URL"]):
        return contents(Path(stack.environment["MEDIA_ROOT"]))


def plain_rows(archive: Archive) -> Rows:
    """Ingest each cube of an archive's completed orders once, in this process.

    Of a cube that was ingested again, that is the file of the last time, with what all its posts together asked for.
    """
    completed = archive.query(
        "SELECT run.oid, o.relative_path, run.request FROM workorders_workorderrun run "
        "JOIN workorders_workorder o ON o.id = run.order_id WHERE run.status = 'completed' "
        "ORDER BY run.finished_at, run.id"
    )
    once: dict[str, dict[str, Any]] = {}
    for oid, path, request in completed:
        once[oid] = once.get(oid, {}) | request | {"relative_path": path}
    FIGURES["cubes compared with a plain ingestion"] += len(once)
    with connected(archive.servers.plain_url):
        return ingested_plainly(once.values(), archive.data, archive.folder / "plain")


def check_nothing_is_left_over(archive: Archive) -> None:
    """No process of the archive runs any more, and its servers have no connection of it."""
    archive.hang_up()
    # Processes whose parent was killed end by themselves, once they have done what they were at.
    wait_until(lambda: not processes_of(archive), f"all processes of {archive.folder} have ended", 30)
    wait_until(lambda: not _database_connections(archive), "all connections to PostgreSQL are closed")
    wait_until(lambda: _redis_connections(archive) == 1, "all connections to Redis but this one are closed")


def processes_of(archive: Archive) -> list[int]:
    """The ids of the processes that have to do with an archive's folder, by their environment or their arguments."""
    mark = str(archive.folder).encode()
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if mark in _environment_and_arguments(folder)]


def _environment_and_arguments(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
    except OSError:  # It has ended meanwhile.
        return b""


def _database_connections(archive: Archive) -> int:
    connection = psycopg2.connect(archive.servers.database.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [archive.name])
            return cursor.fetchone()[0]
    finally:
        connection.close()


def _redis_connections(archive: Archive) -> int:
    with redis.Redis.from_url(archive.servers.broker.url) as client:
        return len(client.client_list())


def _errors(archive: Archive) -> list[tuple[Any, ...]]:
    return archive.query(
        "SELECT o.relative_path, o.status, run.status, run.error FROM workorders_workorder o "
        "LEFT JOIN workorders_workorderrun run ON run.id = o.run_id WHERE o.status <> 'completed'"
    )
