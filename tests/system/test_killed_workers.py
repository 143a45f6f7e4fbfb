"""Workers that are killed, stopped or asked to end, in the middle of their work."""

import random
import time

import pytest

from tests.support.sample_cubes import many_cubes
from tests.system.archive import FIGURES, SOAK, Archive, children, kill
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

MOVIES = (3, 1, 2, 16, 16)  # A movie takes long enough to be killed at it.
MANY_ATTEMPTS = {"ORDER_MAX_ATTEMPTS": "50"}  # An order that is killed often by chance is not to be given up.


def test_workers_killed_at_random_lose_nothing(make_archive):
    archive = make_archive(**MANY_ATTEMPTS)
    archive.start(workers=2, concurrency=2)
    for path in many_cubes(archive.data, 2000 if SOAK else 200, shape=MOVIES):
        archive.post(path)
    dice = random.Random(1)
    while archive.pending():
        time.sleep(1)
        kill_one(archive, dice)
    check_whole(archive, surplus_files=True)


def kill_one(archive: Archive, dice: random.Random) -> None:
    """Kill a process of a pool, or a main process alone, or one with its pool; a supervisor starts the latter two."""
    what = dice.choice(["pool", "pool", "main", "all"])
    name, pid = dice.choice(sorted(archive.workers().items()))
    if what == "pool":
        kill(dice.choice(children(pid) or [pid]))
    elif what == "main":
        kill(pid)
    else:
        FIGURES["workers killed with all their processes"] += 1
        archive.stack.kill(name)
    time.sleep(0.05)
    for name, process in list(archive.stack.processes.items()):
        if process.poll() is not None:
            del archive.stack.processes[name]
    for number in range(2):
        if f"worker-{number}" not in archive.stack.processes:
            FIGURES["workers started again"] += 1
            archive.stack.start_worker(f"worker-{number}", concurrency=2)
