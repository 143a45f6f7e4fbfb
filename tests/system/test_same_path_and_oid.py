"""The same path posted many times at once, and two paths of one cube."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from devtools.sample_cubes import cube_filename, many_cubes, write_sparse_cube
from tests.system.archive import SOAK
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

POSTS = 100
OWNERS = "SELECT email FROM datacubes_emailgrant ORDER BY email"


def test_a_path_that_is_posted_a_hundred_times_at_once_is_one_order_and_the_last_word_counts(make_archive):
    archive = make_archive()
    archive.start_workers(workers=2, concurrency=2)
    archive.stack.start_web(workers=2)
    # To read it takes a while, each time, so that most posts find a worker at it.
    path = write_sparse_cube(archive.data / cube_filename(), size_bytes=2_000_000_000)
    for _ in range(20 if SOAK else 1):
        with ThreadPoolExecutor(POSTS) as clients:
            posts = [
                clients.submit(archive.post, path, owner_email_addresses=[f"{number}@su.se"], force=True)
                for number in range(POSTS)
            ]
            assert len({post.result()["id"] for post in posts}) == 1
        # In which order they came is not known, but that this one comes after them.
        order = archive.post(path, owner_email_addresses=["last@su.se"])
        assert archive.poll(order)["status"] == "completed"
        assert archive.query(OWNERS) == [("last@su.se",)]
    check_whole(archive)


def test_two_paths_of_one_cube_ingested_at_once_are_one_cube_at_the_later_path(make_archive):
    archive = make_archive(ORDER_RETRY_SECONDS="0.1", ORDER_MAX_ATTEMPTS="10")
    archive.start(workers=2, concurrency=2)
    cubes = many_cubes(archive.data / "a", 300 if SOAK else 15)
    for path in cubes:
        copy = archive.data / "b" / path.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
        with ThreadPoolExecutor(2) as clients:
            list(clients.map(archive.post, [path, copy]))
    archive.wait_until_idle()
    later = archive.query(
        "SELECT oid, (SELECT o.relative_path FROM workorders_workorderrun run JOIN workorders_workorder o "
        "ON o.id = run.order_id WHERE run.oid = cube.oid AND run.status = 'completed' "
        "ORDER BY run.finished_at DESC LIMIT 1) FROM datacubes_datacube cube"
    )
    assert sorted(archive.query("SELECT oid, relative_path FROM datacubes_datacube")) == sorted(later)
    assert len(later) == len(cubes)
    check_whole(archive)
