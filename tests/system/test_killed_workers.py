"""Workers that are killed, stopped or asked to end, in the middle of their work."""

import random
import signal
import time

import psycopg2
import pytest

from devtools.sample_cubes import cube_filename, many_cubes, write_cube, write_sparse_cube
from devtools.services import wait_until
from tests.system.archive import FIGURES, IDLE_WITHIN_SECONDS, SOAK, Archive, children, kill, lives
from tests.system.whole import check_whole, contents_of, differences, processes_of

pytestmark = pytest.mark.system

MOVIES = (3, 1, 2, 16, 16)  # A movie takes long enough to be killed at it.
MANY_ATTEMPTS = {"ORDER_MAX_ATTEMPTS": "50"}  # An order that is killed often by chance is not to be given up.
SVO_THAT_IS_AWAY = {"SVO_API_URL": "http://127.0.0.1:1", "SVO_USERNAME": "archive", "SVO_API_KEY": "key"}
LEAST_KILLS = 5
MOST_KILLS = 10_000 if SOAK else 8


def test_workers_killed_at_random_lose_nothing(make_archive):
    archive = make_archive(**MANY_ATTEMPTS, **SVO_THAT_IS_AWAY)
    archive.stack.start_web()
    half = 1000 if SOAK else 20
    slow = write_sparse_cube(archive.data / "slow" / cube_filename(line="6302"), size_bytes=4_000_000_000)
    cubes = many_cubes(archive.data / "movies", half, shape=MOVIES) + many_cubes(archive.data / "images", half)
    cubes.insert(0, slow)
    for path in cubes:
        archive.post(path)
    archive.start_workers(workers=2, concurrency=2)
    # Most of the kills below hit a process between two orders, or none: one at least must hit an order for certain.
    kills = int(kill(archive.process_at(slow)))
    dice, deadline = random.Random(1), time.monotonic() + IDLE_WITHIN_SECONDS
    while (left := archive.pending()) or kills < LEAST_KILLS:
        assert time.monotonic() < deadline, f"{left} orders are left after {kills} kills; see {archive.stack.logs}"
        if not left:  # The workers were quicker than the kills.
            for path in cubes:
                archive.post(path, force=True)
        start_again(archive)
        if kills < MOST_KILLS:
            kills += kill_one(archive, dice)
        time.sleep(1)
    assert "lost" in [status for status, *_ in archive.runs(slow)]
    [(submissions,)] = archive.query("SELECT count(*) FROM svo_submission")
    assert submissions == len(cubes)
    check_whole(archive, surplus_files=True)


def kill_one(archive: Archive, dice: random.Random) -> bool:
    """Kill a process of a pool, or a main process alone, or both, or beat; tell whether it was there."""
    what = dice.choice(["pool", "pool", "pool", "pool", "pool", "main", "all", "beat"])
    name, pid = dice.choice(sorted(archive.workers().items()))
    if what == "pool":
        pool = children(pid)  # A worker that is still starting has none.
        return bool(pool) and kill(dice.choice(pool))
    if what == "main":
        return kill(pid)
    if what == "beat":
        name, pid = "beat", archive.stack.processes["beat"].pid
    killed = lives(pid)
    FIGURES[f"SIGKILL to {'beat' if what == 'beat' else 'workers with all their processes'}"] += killed
    archive.stack.kill(name)
    return killed


def start_again(archive: Archive) -> None:
    """Start what has ended, as a supervisor does.

    A worker ends by itself, too: where one of its processes is killed before it is ready, Celery gives up.
    """
    for name in ("worker-0", "worker-1", "beat"):
        process = archive.stack.processes.get(name)
        if process is not None and process.poll() is None:
            continue
        FIGURES["workers and beats started again"] += 1
        if name == "beat":
            archive.stack.start_beat()
        else:
            archive.stack.start_worker(name, concurrency=2)


def test_a_worker_that_is_asked_to_end_finishes_what_it_has(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    ask_to_end_during_the_work(archive, with_pool=False)
    assert archive.query("SELECT DISTINCT status FROM workorders_workorderrun") == [("completed",)]
    check_whole(archive)


@pytest.mark.soak
def test_a_worker_whose_processes_are_all_asked_to_end_hands_back_what_it_has(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    ask_to_end_during_the_work(archive, with_pool=True)
    assert archive.query("SELECT count(*) FROM workorders_workorderrun WHERE status = 'lost'") == [(0,)]
    check_whole(archive, surplus_files=True)


def ask_to_end_during_the_work(archive: Archive, *, with_pool: bool) -> None:
    """Send SIGTERM to a worker that is busy, and start it again; twice."""
    paths = many_cubes(archive.data, 24, shape=MOVIES)
    for begin in (0, 12):
        for path in paths[begin : begin + 12]:
            archive.post(path)
        wait_until(lambda: archive.query("SELECT 1 FROM workorders_workorder WHERE status = 'started'"), "work goes on")
        process = archive.stack.processes.pop("worker-0")
        for pid in [process.pid, *(children(process.pid) if with_pool else [])]:
            kill(pid, signal.SIGTERM)
        process.wait(60)
        wait_until(lambda: len(processes_of(archive)) <= 3, "its pool has ended")  # The others are beat and gunicorn.
        assert archive.query("SELECT id FROM workorders_workorderrun WHERE status = 'started'") == []
        archive.stack.start_worker("worker-0", concurrency=2)
    archive.wait_until_idle()


def test_a_worker_that_is_stopped_for_longer_than_its_lease_changes_nothing_when_it_goes_on(make_archive):
    archive = make_archive()
    archive.start(workers=2, concurrency=1)
    path = write_sparse_cube(archive.data / cube_filename(), size_bytes=8_000_000_000)
    order = archive.post(path)
    stopped = archive.process_at(path)
    kill(stopped, signal.SIGSTOP)
    ended = archive.poll(order)
    assert (ended["status"], ended["attempts"]) == ("completed", 2)
    assert [status for status, *_ in archive.runs(path)] == ["lost", "completed"]
    rows = contents_of(archive.stack)["rows"]
    kill(stopped, signal.SIGCONT)
    wait_until(lambda: log_tells(archive, "this run kept nothing"), "the worker has noticed")
    assert archive.get(order) == ended
    assert differences(contents_of(archive.stack)["rows"], rows) == []
    check_whole(archive)


def test_a_worker_that_is_stopped_within_its_last_transaction_holds_up_nobody(make_archive):
    archive = make_archive()
    archive.start(workers=2, concurrency=1)
    path = write_cube(archive.data / cube_filename(), shape=MOVIES)
    connection = psycopg2.connect(archive.database_url)
    connection.cursor().execute("SET idle_in_transaction_session_timeout = 0")  # It is idle on purpose.
    connection.cursor().execute("LOCK TABLE datacubes_datacube IN SHARE MODE")  # Reads go on, writes wait.
    order = archive.post(path)
    stopped = archive.process_at(path)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    wait_until(lambda: archive.query(waiting), "the worker writes")
    kill(stopped, signal.SIGSTOP)
    connection.close()
    archive.post(path, owner_email_addresses=["last@su.se"])
    assert archive.poll(order)["status"] == "completed"
    kill(stopped, signal.SIGCONT)
    wait_until(lambda: log_tells(archive, "its failure is not recorded"), "the worker has noticed")
    archive.wait_until_idle()
    check_whole(archive)


def log_tells(archive: Archive, words: str) -> bool:
    return any(words in archive.stack.log(name) for name in archive.workers())
