"""Backup and restore as docs/reliability.md tells, and an upgrade, all while orders are pending."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from devtools.sample_cubes import many_cubes
from devtools.services import execute, wait_until
from devtools.stack import PROJECT
from tests.system.archive import SOAK, Archive
from tests.system.whole import check_whole, contents_of, differences

pytestmark = pytest.mark.system

DOCUMENTATION = PROJECT / "docs" / "reliability.md"
MOVIES = (3, 1, 2, 16, 16)
CUBES = 200 if SOAK else 20
POSTED_LATER = 5


def test_a_backup_made_during_the_work_is_restored_and_what_was_pending_is_done(make_archive, tmp_path):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    for path in many_cubes(archive.data, CUBES, shape=MOVIES):
        archive.post(path)
    wait_until(lambda: archive.pending() < CUBES - 3, "some are done")
    back_up(archive, tmp_path / "backup")
    assert archive.pending()
    archive.wait_until_idle()
    rows = contents_of(archive.stack)["rows"]
    archive.stack.stop()

    restored = make_archive()
    restored.accepted = archive.accepted
    restored.data.rmdir()
    shutil.copytree(archive.data, restored.data)
    restore(restored, tmp_path / "backup")
    assert restored.pending()
    assert ", 0 missing files." in restored.stack.manage("prune_media")
    restored.start(workers=1, concurrency=2)
    restored.wait_until_idle()
    assert differences(contents_of(restored.stack)["rows"], rows) == []
    check_whole(restored, surplus_files=True)


def back_up(archive: Archive, folder: Path) -> None:
    folder.mkdir()
    run(documented("pg_dump"), archive, folder)


def restore(archive: Archive, folder: Path) -> None:
    """Into an empty database and an empty folder."""
    execute(archive.servers.database.url, f"DROP DATABASE {archive.name}")
    execute(archive.servers.database.url, f"CREATE DATABASE {archive.name}")
    archive.media.mkdir()
    commands, _, _ = documented("pg_restore").partition("python manage.py")
    run(commands, archive, folder)
    archive.stack.manage("migrate", "--verbosity", "0")


def documented(first_word: str) -> str:
    """The commands of the documentation that begin with this word."""
    return re.search(rf"^```\n({first_word} .*?)^```$", DOCUMENTATION.read_text(), re.DOTALL | re.MULTILINE)[1]


def run(commands: str, archive: Archive, folder: Path) -> None:
    environment = os.environ | {"DATABASE_URL": archive.database_url, "MEDIA_ROOT": str(archive.media)}
    subprocess.run(["sh", "-e", "-c", commands], cwd=folder, env=environment, check=True)


def test_an_upgrade_loses_no_order(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    paths = many_cubes(archive.data, CUBES, shape=MOVIES)
    for path in paths[:-POSTED_LATER]:
        archive.post(path)
    for name in ("beat", "worker-0"):
        process = archive.stack.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert archive.query("SELECT count(*) FROM workorders_workorder WHERE status = 'started'") == [(0,)]
    for path in paths[-POSTED_LATER:]:  # The web server takes orders on.
        archive.post(path)
    web = archive.stack.processes.pop("web")
    web.send_signal(signal.SIGTERM)
    web.wait(60)
    archive.stack.manage("migrate", "--verbosity", "0")
    archive.start(workers=1, concurrency=2)
    archive.wait_until_idle()
    assert archive.query("SELECT count(*) FROM workorders_workorderrun WHERE status = 'lost'") == [(0,)]
    check_whole(archive)


@pytest.mark.soak
def test_media_that_were_lost_are_made_again(make_archive):
    archive = make_archive()
    archive.start(workers=1, concurrency=2)
    paths = many_cubes(archive.data, 5, shape=MOVIES)
    for path in paths:
        archive.post(path)
    archive.wait_until_idle()
    shutil.rmtree(archive.media)
    assert ", 0 missing files." not in archive.stack.manage("prune_media")
    archive.stack.manage("reingest_all_cubes", "--force")
    for posts in archive.accepted.values():
        posts.append({"force": True})
    check_whole(archive)
