"""TAP of a running archive, judged by the field's own validator and read by the field's own clients."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import pyvo
import requests
from astropy.table import Table

from devtools.pgbouncer import PgBouncerServer
from devtools.sample_cubes import cube_filename, many_cubes, write_cube
from devtools.services import ServiceMissing, execute, of_database
from devtools.stack import Stack
from tests.support.needed import needed
from tests.system.archive import Archive, Servers
from vo.examples import EXAMPLES

pytestmark = pytest.mark.system

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "tap.md"
LOCAL = "http://localhost:8000"
CUBES = 4
SHAPE = (1, 1, 2, 8, 8)


@pytest.fixture(scope="module")
def archive(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive with some cubes, of which one is restricted, and a worker for the jobs."""
    archive = Archive(servers, "archive_tap_test", tmp_path_factory.mktemp("tap"), {})
    try:
        archive.stack.manage("prepare_tap")
        archive.start(beat=False)
        options = ("--queues", "tap", "--concurrency", "1", "--hostname", "tap@%h")
        archive.stack.start("tap", "celery", "-A", "config", "worker", *options)
        paths = many_cubes(archive.data, CUBES - 1)
        restricted = write_cube(
            archive.data / cube_filename(line="8542"), shape=SHAPE, start=datetime(2021, 5, 5, 9),
            keywords={"RELEASE": "2999-12-31"},
        )  # fmt: skip
        for path in (*paths, restricted):
            order = archive.poll(archive.post(path))
            assert order["status"] == "completed", order
        yield archive
    finally:
        archive.remove()


@pytest.fixture
def service(archive: Archive) -> pyvo.dal.TAPService:
    return pyvo.dal.TAPService(f"{archive.stack.base_url}/tap")


def stilts(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    with needed():
        if not shutil.which("stilts"):
            raise ServiceMissing("stilts is not on this machine")
        return subprocess.run(["stilts", *arguments], capture_output=True, text=True, timeout=120, **more)


def test_taplint_finds_no_error_and_no_warning(archive):
    url = f"{archive.stack.base_url}/tap"
    done = stilts("taplint", f"tapurl={url}", "report=EWSF", "stages=-LOC -UPL")
    found = [line for line in done.stdout.splitlines() if line[:2] in ("E-", "W-", "F-")]
    assert found == [], done.stdout
    assert "ivoa.ObsCore columns: 30/30 required" in done.stdout
    assert "Execution success/attempt: 4/4" in done.stdout


def test_the_programs_of_the_document_run(archive, tmp_path):
    blocks = re.findall(r"^```(python|sh)\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["sh", "python", "python", "python"]
    outputs = []
    for language, code in blocks:
        code = code.replace(LOCAL, archive.stack.base_url)
        if language == "sh":
            stilts("-version")
        command = ["sh", "-ec", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert len(Table.read(tmp_path / "cubes.vot", format="votable")) == CUBES
    assert "#this" in outputs[1]
    assert "#thumbnail" in outputs[1]
    assert "cubes" in outputs[2]
    assert "Results from" in outputs[3]


def test_pyvo_reads_metadata_and_results_both_ways(service):
    assert set(service.tables.keys()) >= {"ivoa.obscore", "archive.epn_core", "tap_schema.columns"}
    assert service.tables["ivoa.obscore"].columns[16].unit == "d"
    query = "SELECT oid, date_beg FROM archive.data_cubes ORDER BY oid"
    at_once = service.search(query)
    assert len(at_once) == CUBES
    assert list(service.run_async(query)["oid"]) == list(at_once["oid"])
    assert service.search(query, maxrec=1).query_status == "OVERFLOW"
    with pytest.raises(pyvo.dal.DALQueryError, match="no function"):
        service.search("SELECT pg_sleep(10) FROM ivoa.obscore")
    assert [example["QUERY"] for example in service.examples] == [example.query for example in EXAMPLES]
    for example in EXAMPLES:
        assert service.search(example.query).query_status == "OK"


def test_a_restricted_file_is_found_and_refused(service):
    [row] = service.search("SELECT access_url, t_min FROM ivoa.obscore WHERE data_rights = 'proprietary'")
    assert requests.get(row["access_url"], timeout=30).status_code == 403
    [public, *_] = service.search("SELECT access_url FROM ivoa.obscore WHERE data_rights = 'public'")
    assert requests.get(public["access_url"], timeout=30).content.startswith(b"SIMPLE")


def test_a_job_that_is_aborted_frees_the_worker(service, archive):
    # Of so few keywords, six tables have more than a worker can count while the test lasts.
    everything = ", ".join(f"archive.keywords AS k{number}" for number in range(6))
    job = service.submit_job(f"SELECT COUNT(*) FROM {everything}")
    job.run()
    job.wait(phases=["EXECUTING"], timeout=20)
    job.abort()
    began = time.monotonic()
    assert len(service.run_async("SELECT oid FROM archive.data_cubes")) == CUBES
    assert time.monotonic() - began < 15
    running = "SELECT query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    assert not [query for (query,) in archive.query(running) if "FETCH" in query or "CURSOR" in query]
    job.delete()


def test_without_the_role_the_service_says_so(archive):
    url = f"{archive.stack.base_url}/tap"
    execute(archive.database_url, "REVOKE USAGE ON SCHEMA ivoa, archive, tap_schema FROM archive_tap")
    try:
        parameters = {"LANG": "ADQL", "QUERY": "SELECT 1 FROM ivoa.obscore"}
        answer = requests.get(f"{url}/sync", parameters, timeout=30)
        assert (answer.status_code, "not prepared for it" in answer.text) == (503, True)
        assert "prepare_tap" in archive.stack.log("web")
        assert "available>false<" in requests.get(f"{url}/availability", timeout=30).text
    finally:
        archive.stack.manage("prepare_tap")
    assert "available>true<" in requests.get(f"{url}/availability", timeout=30).text


def test_behind_pgbouncer_the_role_is_taken_for_one_transaction_only(archive, servers, tmp_path):
    others = {name: value for name, value in archive.stack.environment.items() if name != "ARCHIVE_BASE_URL"}
    with needed(), PgBouncerServer(servers.database) as pooled:
        pool = {"DATABASE_URL": of_database(pooled.url, archive.name), "DISABLE_SERVER_SIDE_CURSORS": "true"}
        with Stack(others | pool, tmp_path / "logs") as stack, ThreadPoolExecutor(4) as clients:
            stack.start_web(workers=1)
            query = {"LANG": "ADQL", "FORMAT": "csv", "QUERY": "SELECT oid FROM archive.data_cubes"}

            def ask(number: int) -> tuple[int, int]:
                found = requests.get(f"{stack.base_url}/tap/sync", query, timeout=30)
                # This one needs tables that the role may not read.
                listed = requests.get(f"{stack.base_url}/api/v1/data-cubes/", timeout=30)
                return found.status_code, len(listed.json()["results"])

            answers = set(clients.map(ask, range(40)))
            assert answers <= {(200, CUBES), (503, CUBES)}  # 503: no place is free.
            assert (200, CUBES) in answers
        # PgBouncer keeps connections to the database, which could not be removed.
        pooled.reconnect()
