"""The submission script of sst_archive, unmodified: gunicorn, a worker and beat, on PostgreSQL and Redis."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from devtools.sample_cubes import many_cubes
from devtools.services import wait_until
from tests.support import former_submission_script
from tests.system.archive import Archive
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def archive(make_archive) -> Archive:
    archive: Archive = make_archive(INGEST_WAIT_SECONDS="45")
    return archive


@pytest.fixture
def script(archive) -> Script:
    """Run the script with a token that waits for results."""
    key = archive.stack.manage("make_pipeline_account", "sst", "--waits-for-result").strip().splitlines()[-1]

    def run(path: Path | str, *options: str, endpoint: str = "/api/v1/ingest/") -> subprocess.CompletedProcess[str]:
        file = str(path.relative_to(archive.data)) if isinstance(path, Path) else path
        address = ["--api-endpoint", archive.stack.base_url + endpoint, "--api-key", key]
        root = ["--science-data-root", str(archive.data)]
        command = [sys.executable, former_submission_script.__file__, file, *root, *options, *address]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    return run


def test_its_exit_code_says_what_became_of_the_cube(archive, script):
    archive.start(concurrency=1, beat=False)
    first, second, damaged = many_cubes(archive.data, 3)
    done = script(first, "--oid", "mine", "--swedish-data", "--owner-emails", "a@su.se", "b@su.se")
    assert (done.returncode, done.stdout) == (0, "Data cube submitted.\n"), done.stderr
    [(oid, status)] = archive.query("SELECT oid, status FROM workorders_workorder")
    assert (oid, status) == ("mine", "completed")
    emails = archive.query("SELECT email FROM datacubes_emailgrant ORDER BY email")
    assert emails == [("a@su.se",), ("b@su.se",)]
    assert script(second, endpoint="/api/v1/ingest").returncode == 0

    damaged.write_bytes(b"SIMPLE  =                    T" + bytes(5000))
    failed = script(damaged)
    [(reason,)] = archive.query("SELECT error FROM workorders_workorderrun WHERE status = 'failed'")
    assert failed.returncode == 1
    assert failed.stdout == f"{[reason]}\n"
    assert "400" in failed.stderr
    refused = script("../outside.fits")
    assert refused.returncode == 1
    assert "Data cube submitted." not in refused.stdout


def test_it_finds_the_archive_at_the_address_of_sst_archive(archive, script):
    archive.start(concurrency=1, beat=False)
    cube, other = many_cubes(archive.data, 2)
    assert script(cube, endpoint="/sst_archive/api/v1/ingest/").returncode == 0
    assert script(other, endpoint="/sst_archive/api/v1/ingest").returncode == 0
    assert archive.query("SELECT DISTINCT status FROM workorders_workorder") == [("completed",)]


def test_waiting_leaves_threads_for_others_and_the_answer_comes_when_a_worker_does(archive):
    archive.stack.start_web(workers=1)
    cubes = many_cubes(archive.data, 8)

    def post(path: Path) -> tuple[float, requests.Response]:
        answer = requests.post(
            f"{archive.stack.base_url}/api/v1/ingest/",
            json={"relative_path": str(path.relative_to(archive.data))},
            headers={"Authorization": archive.session.headers["Authorization"], "Prefer": "wait=45"},
            timeout=90,
        )
        return time.monotonic(), answer

    with ThreadPoolExecutor(8) as pool:
        waits = [pool.submit(post, path) for path in cubes]
        wait_until(lambda: sum(wait.done() for wait in waits) == 6, "those over the share are answered", 30)
        began = time.monotonic()
        assert requests.get(f"{archive.stack.base_url}/api/v1/instruments/", timeout=10).status_code == 200
        assert time.monotonic() - began < 2
        archive.start_workers(concurrency=1, beat=False)
        answers = [wait.result() for wait in waits]
    statuses = sorted(answer.status_code for _, answer in answers)
    assert statuses == [201] * 2 + [202] * 6
    for _, answer in answers:
        archive.accepted.setdefault(answer.json()["relative_path"], []).append({})
    archive.wait_until_idle()
    check_whole(archive)


def test_a_client_that_goes_away_frees_its_thread(archive):
    archive.stack.start_web(workers=1)
    cubes = many_cubes(archive.data, 4)
    for path in cubes:
        with pytest.raises(requests.ReadTimeout):
            requests.post(
                f"{archive.stack.base_url}/api/v1/ingest/",
                json={"relative_path": str(path.relative_to(archive.data))},
                headers={"Authorization": archive.session.headers["Authorization"], "Prefer": "wait=20"},
                timeout=1,
            )
        # Each is accepted, and each found a place: a surplus one would have been answered within the second.
        time.sleep(0.3)
    assert archive.query("SELECT count(*) FROM workorders_workorder WHERE status = 'queued'") == [(4,)]
