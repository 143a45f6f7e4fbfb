"""PostgreSQL that crashes, is away for a while, or ends connections in the middle of the work."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from devtools.sample_cubes import many_cubes
from tests.system.archive import FIGURES, SOAK, Archive
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

MOVIES = (3, 1, 2, 16, 16)
A_CRASH = 20 if SOAK else 10  # Cubes posted before each.
MANY_ATTEMPTS = {"ORDER_MAX_ATTEMPTS": "50"}


def test_postgresql_that_crashes_during_the_work_loses_nothing(make_archive):
    archive = make_archive(**MANY_ATTEMPTS)
    archive.start(workers=2, concurrency=2)
    crashes = 30 if SOAK else 2
    paths = many_cubes(archive.data, A_CRASH * crashes, shape=MOVIES)
    for number in range(crashes):
        for path in paths[A_CRASH * number : A_CRASH * (number + 1)]:
            archive.post_until_accepted(path)
        archive.servers.database.restart("immediate")
        FIGURES["restarts of PostgreSQL"] += 1
    archive.wait_until_idle()
    check_whole(archive, surplus_files=True)


@pytest.mark.soak
def test_workers_outlast_a_postgresql_that_is_away_for_a_while(make_archive):
    archive = make_archive(**MANY_ATTEMPTS)
    archive.start(workers=2, concurrency=1)
    first, *others = many_cubes(archive.data, 20, shape=MOVIES)
    for path in [first, *others[:10]]:
        archive.post(path)
    archive.servers.database.stop("immediate")
    FIGURES["restarts of PostgreSQL"] += 1
    time.sleep(30 if SOAK else 5)
    archive.servers.database.start()
    for path in others[10:]:
        archive.post_until_accepted(path)
    archive.wait_until_idle()
    check_whole(archive, surplus_files=True)


def test_connections_that_are_ended_at_random_lose_nothing(make_archive):
    archive = make_archive(**MANY_ATTEMPTS)
    archive.start(workers=2, concurrency=2)
    paths = many_cubes(archive.data, 1000 if SOAK else 20, shape=MOVIES)
    enough = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        enemy = pool.submit(end_connections, archive, enough)
        try:
            for path in paths:
                archive.post_until_accepted(path)
            time.sleep(60 if SOAK else 1)
        finally:
            enough.set()
    assert enemy.result() > 0
    archive.wait_until_idle()
    check_whole(archive, surplus_files=True)


def end_connections(archive: Archive, enough: threading.Event) -> int:
    """End a connection to the archive's database, chosen at random, ten times a second; count those that were there."""
    dice = random.Random(1)
    ended = 0
    with closing(psycopg2.connect(archive.servers.database.url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        while not enough.wait(0.1):
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY pid", [archive.name])
            pids = [pid for (pid,) in cursor.fetchall()]
            if pids:
                cursor.execute("SELECT pg_terminate_backend(%s)", [dice.choice(pids)])
                ended += cursor.fetchone() == (True,)
    FIGURES["connections to PostgreSQL ended"] += ended
    return ended
