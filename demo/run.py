"""The main job, step by step: a cube is posted, ingested, posted again, changed, forced."""

import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from demo.archive import DATA_ROOT, make_token, start
from demo.svo import find_record
from devtools.sample_cubes import cube_filename, edit_keyword, write_cube
from devtools.stack import Stack

SECONDS = 60


class NotAsItShould(Exception):
    """Something in the demonstration went otherwise than it should."""


def run() -> int:
    """Run the demonstration and return the exit code: 0 only if everything went as it should."""
    say("Making the database ready; starting gunicorn, a Celery worker, beat and a stand-in for the SVO …")
    with start() as stack:
        say(f"They run: {stack.base_url}, logs in {stack.logs}\n")
        try:
            show_main_job(stack)
        except NotAsItShould as problem:
            say(f"\nThis went wrong: {problem}")
            return 1
    say("\nEverything went as it should.")
    return 0


def show_main_job(stack: Stack) -> None:
    """Post a cube four times and check each time what was done."""
    pipeline = Pipeline(stack)
    cube = write_sample()
    relative_path = str(cube.relative_to(DATA_ROOT))
    say(f"A pipeline has written a cube: {relative_path} ({cube.stat().st_size:,} bytes)")

    order = pipeline.ingest("It is posted for the first time:", relative_path)
    expect(order, {"data_cube", "data_access", "fits_header", "metadata", "tags"}, "created")

    order = pipeline.ingest("It is posted again, unchanged:", relative_path)
    expect(order, {"data_cube", "data_access", "fits_header", "metadata", "tags"}, "skipped")

    edit_keyword(cube, "OBSERVER", "A. Demonstrator")
    order = pipeline.ingest("OBSERVER was changed in its header, properly; it is posted again:", relative_path)
    expect(order, {"fits_header", "metadata"}, "updated")

    order = pipeline.ingest("It is posted once more, forced:", relative_path, force=True)
    expect(order, {"fits_header", "metadata"}, "updated")

    show_svo(stack, order["oid"])
    say("\nThe archive now holds:")
    for line in stack.manage("archive_summary").splitlines():
        say(f"  {line}")


def show_svo(stack: Stack, oid: str) -> None:
    """Show the record of a cube in the stand-in for the SVO, which the worker sends after the ingestion."""
    record = find_record(stack, oid)
    if record is None:
        raise NotAsItShould(f"the stand-in for the SVO has no record of {oid} with its present thumbnail")
    say("\nThe stand-in for the SOLARNET Virtual Observatory holds the record:")
    location = record["data_location"]
    for name, value in {
        "oid": record["oid"],
        "date_beg": record["date_beg"],
        "tags": ", ".join(tag["name"] for tag in record["tags"]),
        "file_url": location["file_url"],
        "file_path": location["file_path"],
        "thumbnail_url": location["thumbnail_url"],
    }.items():
        say(f"  {name:<14} {value}")


def write_sample() -> Path:
    """Write a cube that was observed, exported and released just now, into the science data folder."""
    now = datetime.now(UTC).replace(tzinfo=None)
    begin = now.isoformat(timespec="seconds")
    name = cube_filename(begin=begin, scans="0-2", exported=begin)
    path = DATA_ROOT / f"{now:%Y-%m-%d}" / "CRISP" / name
    dates = {"DATE": begin, "RELEASE": f"{now:%Y-%m-%d}"}
    return write_cube(path, shape=(3, 4, 7, 120, 128), start=now, keywords=dates)


class Pipeline:
    """An observatory's pipeline: it knows the archive's address and has a token."""

    def __init__(self, stack: Stack) -> None:
        self._base_url = stack.base_url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Token {make_token(stack, 'pipeline')}"

    def ingest(self, title: str, relative_path: str, **fields: object) -> dict:
        """Post a cube, poll its order to the end, and print what was done."""
        say(f"\n{title}")
        began = time.monotonic()
        answer = self._session.post(
            f"{self._base_url}/api/v1/ingest/", json={"relative_path": relative_path} | fields, timeout=10
        )
        say(f"  POST answered {answer.status_code} after {milliseconds(began)}")
        if answer.status_code != 202:
            raise NotAsItShould(answer.text)
        order = self._poll(answer.headers["Location"])
        say(
            f"  order {order['id']}: {order['status']} {milliseconds(began)} after the POST, CHECKSUM "
            f"{order['checksum']} {order['checksum_status']}"
        )
        for step in order["steps"]:
            reason = f"  {step['reason']}" if step["reason"] else ""
            say(f"    {step['name']:<15} {step['outcome']:<8} {step['seconds'] * 1000:6.1f} ms{reason}")
        for sentence in [*order["warnings"], *filter(None, [order["error"]])]:
            say(f"    {sentence}")
        if order["status"] != "completed":
            raise NotAsItShould(f"the order is {order['status']}")
        return order

    def _poll(self, url: str) -> dict:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            order = self._session.get(url, timeout=10).json()
            if order["status"] in ("completed", "failed"):
                return order
            time.sleep(0.02)
        raise NotAsItShould(f"the order has not ended within {SECONDS} s")


def expect(order: dict, steps: set[str], outcome: str) -> None:
    """Check that the named steps ended with an outcome."""
    outcomes = {step["name"]: step["outcome"] for step in order["steps"] if step["name"] in steps}
    if outcomes != dict.fromkeys(steps, outcome):
        raise NotAsItShould(f"the steps should all be {outcome}, and are {outcomes}")


def milliseconds(since: float) -> str:
    """The time since a moment, for people."""
    return f"{(time.monotonic() - since) * 1000:.0f} ms"


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)
