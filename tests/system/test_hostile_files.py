"""Whatever a file holds, its ingestion ends as completed or failed with a reason, soon and in little memory."""

import json
import os
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from devtools.sample_cubes import AWKWARD_CARDS, write_cube
from tests.support.mutated_cubes import mutated
from tests.support.raw_fits import tiny_cube
from tests.support.sample_previews import write_preview_image, write_preview_movie
from tests.system.archive import FIGURES, SOAK, Archive, note_highest
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

FILES = 100_000 if SOAK else 500
FILES_ON_SQLITE = 2000
ORDERS = 1000 if SOAK else 30
SECONDS_PER_FILE = 20
MUCH_TOO_LONG_SECONDS = 3600 if SOAK else 120
MEMORY_MB = 400
SOME = 3
"""What the tests look at of faults: a fault of the archive mostly shows in many files."""


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("originals")
    write_cube(folder / "nb_6173_scans=0_im.fits", shape=(1, 1, 2, 4, 4))
    write_cube(folder / "wb_6173_scans=0_im.fits", shape=(1, 4, 2, 4, 4), bitpix=16, extra_cards=AWKWARD_CARDS)
    write_cube(folder / "nb_6302.fits", shape=(2, 1, 2, 4, 4), keywords={"FILENAME": None})
    (folder / "tiny.fits").write_bytes(tiny_cube())
    write_preview_image(folder / "beside.png", size=(64, 48))
    write_preview_movie(folder / "beside.mov", frames=2, size=(32, 32))
    return folder


def ingest_in_processes(archives: list[Archive], originals: Path, files: int) -> Counter[str]:
    """Ingest so many files, each archive's share in a process of its own, and count how they ended."""
    shares = [range(number, files, len(archives)) for number in range(len(archives))]
    for archive, share in zip(archives, shares, strict=True):
        script = (
            "from tests.system.hostile_files import *\n"
            f"ingest_hostile_files(Path({str(originals)!r}), {share!r}, Path({str(results_of(archive))!r}))"
        )
        archive.stack.start("hostile files", "manage", "shell", "--no-imports", "--command", script)
    ended = {}
    for archive, share in zip(archives, shares, strict=True):
        code = archive.stack.processes["hostile files"].wait(timeout=60 + len(share))
        lines = [line.split(" ", 1) for line in results_of(archive).read_text().splitlines()]
        assert code == 0, f"The file of seed {lines[-1][0]} has ended the process: {archive.stack.log('hostile files')}"
        ended |= {int(seed): json.loads(result) for seed, result in lines}
    assert sorted(ended) == list(range(files))
    faults = [f"Seed {seed}: {' '.join(result['faults'])}" for seed, result in ended.items() if result["faults"]]
    assert not faults, "\n".join([f"{len(faults)} files:", *faults[:SOME]])
    note_highest("milliseconds for the slowest hostile file", max(1000 * end["seconds"] for end in ended.values()))
    peak_mb = max(end["peak_mb"] for end in ended.values())
    note_highest("MB of the largest process with hostile files", peak_mb)
    assert peak_mb < MEMORY_MB
    outcomes = Counter(result["outcome"] for result in ended.values())
    FIGURES.update({f"hostile files {outcome}": count for outcome, count in outcomes.items()})
    return outcomes


def results_of(archive: Archive) -> Path:
    return archive.folder / "results"


def test_workers_outlive_hostile_files(make_archive, originals):
    """The way of a real order, through the processes of a pool, of which none may die."""
    archive = make_archive(**limits())
    for seed in range(FILES, FILES + ORDERS):
        random = Random(seed)
        cube = random.choice([path for path in sorted(originals.iterdir()) if path.suffix == ".fits"])
        (archive.data / f"{seed}.fits").write_bytes(mutated(cube.read_bytes(), random))
        # A file that is cut short and was modified just now may still be being written. No two have the same time.
        os.utime(archive.data / f"{seed}.fits", (seed, seed))
    archive.start(workers=1, concurrency=2)
    # Most are of one cube and have its CHECKSUM, so that without force much of them would not be read.
    orders = [archive.post(path, force=True) for path in sorted(archive.data.iterdir())]
    ended = [archive.poll(order, seconds=MUCH_TOO_LONG_SECONDS) for order in orders]
    # One that has grown is replaced between two orders, and ends without a word of this kind.
    assert re.findall(r".* pid:\d+ exited with .*|.*exited prematurely.*", archive.stack.log("worker-0")) == []
    assert {order["status"] for order in ended} == {"completed", "failed"}
    failed = [order for order in ended if order["status"] == "failed"]
    assert [order["error"] for order in failed if len(order["error"]) < 10 or "not foreseen" in order["error"]] == []
    handed_back = archive.query("SELECT error FROM workorders_workorderrun WHERE status = 'handed_back'")
    assert [error for (error,) in handed_back if not error.startswith("Another ingestion ")] == []
    assert archive.query("SELECT id FROM workorders_workorderrun WHERE status = 'lost'") == []
    check_whole(archive, failed=[archive.data / order["relative_path"] for order in failed])


def limits() -> dict[str, str]:
    return {"ORDER_TIME_LIMIT_SECONDS": str(SECONDS_PER_FILE), "WORKER_MEMORY_LIMIT_MB": str(MEMORY_MB)}


def test_hostile_files_end_as_completed_or_refused_with_a_reason(make_archive, originals):
    archives = [make_archive(**limits()) for _ in range(min(4, os.cpu_count() or 1))]
    outcomes = ingest_in_processes(archives, originals, FILES)
    assert outcomes.total() == FILES
    # Both ways are tried: what nobody accepts, or everybody, is no test.
    assert min(outcomes["completed"], outcomes["refused"]) > FILES / 10


@pytest.mark.soak
def test_hostile_files_end_so_on_sqlite(make_archive, originals):
    archive = make_archive(**limits(), DATABASE_URL="")
    archive.stack.manage("migrate", "--verbosity", "0")
    outcomes = ingest_in_processes([archive], originals, FILES_ON_SQLITE)
    assert min(outcomes["completed"], outcomes["refused"]) > FILES_ON_SQLITE / 10
