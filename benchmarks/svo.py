"""Measures the SVO against the stand-in: synchronising records that are all up to date, and submitting new cubes.

The stand-in runs in its own process, and so does the synchronisation whose peak memory is measured.
"""

import django

django.setup()

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from benchmarks.table import print_table
from datacubes.models import AccessRules, DataCube, FITSHeader, Instrument, Metadata
from datacubes.observations import get_observation
from devtools.sample_cubes import cube_filename, write_cube
from devtools.services import free_port
from svo import configuration
from svo.notes import note_change
from svo.planning import Options
from svo.submission import claim_submission, send
from svo.synchronisation import synchronise

KEY = "benchmark"
SYNCHRONISED = (1_000, 10_000)
SUBMITTED = 500


class CountingAdapter(requests.adapters.HTTPAdapter):
    """Counts the sent requests."""

    sent = 0

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        CountingAdapter.sent += 1
        return super().send(request, *arguments, **options)


def add_cubes(first: int, number: int) -> list[str]:
    """Add cubes with a realistic header to the database, without files."""
    header = write_cube(settings.SCIENCE_DATA_ROOT / cube_filename(), shape=(1, 1, 2, 4, 4)).read_bytes()[:28800]
    text = header[: header.index(b"END" + b" " * 77) + 80].decode("latin-1")
    keywords = {"DATE-BEG": "", "INSTRUME": "CRISP", "FILTER1": "6173", "OBSERVER": "Somebody", "WAVEMIN": 617.1}
    crisp = Instrument.objects.get(name="CRISP")
    begin = datetime(2015, 1, 1, tzinfo=UTC)
    observation = get_observation("benchmark", begin)
    cubes = [
        DataCube(oid=f"{n:06}_6173_0", filename=f"{n}.fits", size=n, instrument=crisp, observation=observation)
        for n in range(first, first + number)
    ]
    DataCube.objects.bulk_create(cubes)
    days = [begin + timedelta(hours=n) for n in range(first, first + number)]
    Metadata.objects.bulk_create(
        Metadata(
            cube=cube,
            instrument=crisp,
            date_beg=day,
            date_end=day,
            keywords=keywords | {"DATE-BEG": day.strftime("%Y-%m-%dT%H:%M:%S")},
        )
        for cube, day in zip(cubes, days, strict=True)
    )
    FITSHeader.objects.bulk_create(FITSHeader(cube=cube, text=text) for cube in cubes)
    AccessRules.objects.bulk_create(AccessRules(cube=cube) for cube in cubes)
    return [cube.oid for cube in cubes]


def rows() -> Iterator[tuple[object, ...]]:
    """Submit cubes, then synchronise them."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "devtools.svo.__main__", "--port", str(port), "--key", KEY])
    settings.SVO_API_URL = f"http://127.0.0.1:{port}/service/api/svo"
    settings.SVO_USERNAME, settings.SVO_API_KEY = "archive", KEY
    try:
        time.sleep(3)
        configuration.get_client()._connection._session.mount("http://", CountingAdapter())
        configuration.known_dataset(configuration.get_client(), "CRISP")
        yield measure("submit new cubes", SUBMITTED, lambda: submit(add_cubes(0, SUBMITTED)))
        present = SUBMITTED
        for number in SYNCHRONISED:
            submit(add_cubes(present, number - present))
            present = number
            yield measure("synchronise, all up to date", number, synchronise_crisp, peak_of_synchronisation())
    finally:
        server.terminate()
        server.wait()


def synchronise_crisp() -> None:
    """Synchronise one instrument, including updates."""
    synchronise(Options(("CRISP",), update_existing=True))


def submit(oids: list[str]) -> None:
    """Submit cubes as a worker does."""
    for oid in oids:
        note_change(oid, "CRISP", wake=False)
        claimed = claim_submission(oid)
        assert claimed is not None, f"{oid}: another worker is sending it"
        submission = send(claimed)
        assert submission.state == "submitted", submission.error


def measure(what: str, number: int, work: Callable[[], object], peak: str = "") -> tuple[object, ...]:
    """Return a row with the requests and the seconds of some work."""
    CountingAdapter.sent = 0
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    sent = CountingAdapter.sent
    return what, f"{number:,}", sent, f"{sent / number:.3f}", f"{seconds:.1f}", peak


def peak_of_synchronisation() -> str:
    """Return the peak memory of a separate process that synchronises, in MB."""
    environment = os.environ | {
        name: getattr(settings, name) for name in ("SVO_API_URL", "SVO_USERNAME", "SVO_API_KEY")
    }
    command = [sys.executable, "-m", "benchmarks.svo", "peak"]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def print_peak() -> None:
    """Synchronise, and print the peak memory of this process, in MB.

    The parent cannot measure it, because a child's `ru_maxrss` starts at the memory of its parent.
    """
    synchronise_crisp()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(int(status["VmHWM"].split()[0]) // 1024)


if __name__ == "__main__":
    if sys.argv[1:] == ["peak"]:
        print_peak()
    else:
        print_table(["what", "cubes", "requests", "a cube", "seconds", "peak memory, MB"], rows())
