"""Storage that is full, read-only or changes while it is read.

The faults are real: file systems in memory, which only root can mount.
"""

import itertools
import pwd
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from astropy.io import fits

from devtools.sample_cubes import cube_filename, many_cubes, write_cube
from devtools.services import ServiceMissing, execute, wait_until
from tests.support.needed import needed
from tests.system.archive import SOAK
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

MOVIES = (3, 1, 2, 16, 16)
OFTEN = {"ORDER_MAX_ATTEMPTS": "50", "ORDER_RETRY_SECONDS": "0.1"}


@pytest.fixture
def mount() -> Iterator[Callable[..., None]]:
    """Mount file systems in memory, or mount them again with other options; they are gone after the test."""
    folders: set[Path] = set()

    def mount_tmpfs(folder: Path, options: str) -> None:
        folders.add(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if folder.is_mount():
            options = f"remount,{options}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        with needed():
            if done.returncode:
                raise ServiceMissing(f"no file system can be mounted, which needs root: {done.stderr.strip()}")

    yield mount_tmpfs
    for folder in folders:
        if folder.is_mount():
            unmount(folder)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize(
    ("broken", "mended", "reason"),
    [
        ("size=16k,mode=755", "size=100m", "No space left on device"),  # Not one image can be written,
        ("size=100k,mode=755", "size=100m", "No space left on device"),  # or no movie of one cube.
        ("ro", "rw", "Read-only file system"),
    ],
)
def test_a_media_folder_that_cannot_be_written_to_is_waited_for(make_archive, mount, broken, mended, reason):
    archive = make_archive(**OFTEN)
    mount(archive.media, broken)
    archive.start(workers=1, concurrency=2)
    paths = many_cubes(archive.data, 5, shape=(3, 1, 2, 400, 400))
    orders = [archive.post(path) for path in paths]
    wait_until(lambda: all(map(archive.was_handed_back, paths)), "each was tried")
    assert all(reason.lower() in error.lower() for path in paths for _, error, _ in archive.runs(path) if error)
    assert {archive.get(order)["status"] for order in orders} <= {"queued", "started"}
    mount(archive.media, mended)
    archive.wait_until_idle()
    check_whole(archive)


@pytest.mark.soak
def test_an_order_that_found_the_disk_full_at_each_attempt_is_failed_with_the_reason_and_done_when_posted_again(
    make_archive, mount
):
    archive = make_archive(ORDER_MAX_ATTEMPTS="2")
    mount(archive.media, "size=16k,mode=755")
    archive.start(workers=1, concurrency=1)
    path = write_cube(archive.data / cube_filename(), shape=(1, 1, 2, 200, 200))
    ended = archive.poll(archive.post(path))
    assert ended["status"] == "failed"
    assert "No space left on device" in ended["error"]
    assert "Given up after 2 attempts" in ended["error"]
    mount(archive.media, "size=100m")
    assert archive.poll(archive.post(path))["status"] == "completed"
    check_whole(archive)


@pytest.mark.soak
def test_a_database_whose_disk_is_full_is_waited_for(make_archive, mount):
    archive = make_archive(**OFTEN)
    server, space = archive.servers.database, f"space_{archive.name}"
    with tempfile.TemporaryDirectory(prefix="archive-tablespace-") as name:
        folder = Path(name)
        mount(folder, f"size=128k,mode=700,uid={pwd.getpwnam('postgres').pw_uid}")
        execute(server.url, f"CREATE TABLESPACE {space} LOCATION '{folder}'")
        archive.query(f"ALTER TABLE datacubes_fitsheader SET TABLESPACE {space}")
        archive.start(workers=1, concurrency=2)
        for path in many_cubes(archive.data, 60):
            archive.post(path)
        full = "SELECT count(*) FROM workorders_workorderrun WHERE error LIKE '%%No space left on device%%'"
        wait_until(lambda: archive.query(full) > [(5,)], "the disk is full")
        assert archive.query("SELECT count(*) FROM workorders_workorder WHERE status = 'failed'") == [(0,)]
        mount(folder, "size=100m")
        archive.wait_until_idle()
        archive.query("ALTER TABLE datacubes_fitsheader SET TABLESPACE pg_default")
        execute(server.url, f"DROP TABLESPACE {space}")
        unmount(folder)
    check_whole(archive)


def test_a_file_that_is_still_being_written_is_waited_for(make_archive):
    archive = make_archive(**OFTEN)
    archive.start(workers=1, concurrency=2)
    path = write_cube(archive.data / cube_filename(), shape=(8, 4, 7, 60, 64))
    content = path.read_bytes()
    path.write_bytes(content[:10_000])
    written = 10_000
    order = archive.post(path)
    with path.open("ab", buffering=0) as file:
        while not archive.was_handed_back(path):
            assert written < len(content) - 1000, "no worker came while it was written"
            written += file.write(content[written : written + 1000])
        file.write(content[written:])
    assert archive.poll(order)["status"] == "completed"
    assert {status for status, *_ in archive.runs(path)} == {"handed_back", "completed"}
    check_whole(archive)


def test_files_that_are_replaced_while_they_are_read_end_as_the_file_that_was_posted_last(make_archive, tmp_path):
    archive = make_archive(**OFTEN)
    archive.start(workers=2, concurrency=2)
    paths = many_cubes(archive.data, 10, shape=MOVIES)
    begins = {path: fits.getval(path, "DATE-BEG") for path in paths}
    enough = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        enemy = pool.submit(replace_again_and_again, begins, enough)
        try:
            for number in range(30 if SOAK else 2):
                for path in paths:
                    archive.post(path, owner_email_addresses=[f"{number}@su.se"])
                time.sleep(1)
        finally:
            enough.set()
    assert enemy.result() > 0
    for path in paths:
        archive.post(path, owner_email_addresses=["last@su.se"])
    archive.wait_until_idle()
    check_whole(archive)


def replace_again_and_again(begins: dict[Path, str], enough: threading.Event) -> int:
    """Put other versions of cubes in their places, as pipelines do: written beside them and renamed; count them."""
    features = ["Sunspot", "Pore", "Filament"]
    number = 0
    for path, begin in itertools.cycle(begins.items()):
        if enough.is_set():
            break
        number += 1
        keywords = {"DATE-BEG": begin, "OBSERVER": f"Observer {number}", "FEATURES": features[number % len(features)]}
        beside = write_cube(path.parent / "new" / path.name, shape=MOVIES, keywords=keywords, seed=number)
        beside.replace(path)
    return number
