"""The archive filled, and the main job step by step: a cube is posted, ingested, posted again, changed, forced."""

from demo.archive import DATA_ROOT, LOCAL_ROOT, start
from demo.cubes import write_cube_of_today
from demo.filling import cubes_being_written, fill
from demo.picture import take_picture
from demo.pipeline import NotAsItShould, Pipeline, say
from demo.svo import find_record
from devtools.sample_cubes import edit_keyword
from devtools.stack import Stack


def run() -> int:
    """Run the demonstration and return the exit code: 0 only if everything went as it should."""
    say(f"Writing the cubes of a telescope below {DATA_ROOT};")
    say("making the database ready; starting gunicorn, a Celery worker, beat and a stand-in for the SVO …")
    with cubes_being_written() as writing, start() as stack:
        say(f"They run: {stack.base_url}, logs in {stack.logs}\n")
        try:
            pipeline = Pipeline(stack)
            fill(pipeline, writing)
            show_main_job(stack, pipeline)
        except NotAsItShould as problem:
            say(f"\nThis went wrong: {problem}")
            return 1
        say("\nEverything went as it should. Look at the archive: make serve, then open http://127.0.0.1:8000/")
        picture = LOCAL_ROOT / "catalogue.png"
        if take_picture(stack.base_url, picture):
            say(f"A picture of its catalogue: {picture}")
        # A worker without work takes 5 s to end by itself.
        stack.stop(seconds=0.5)
    return 0


def show_main_job(stack: Stack, pipeline: Pipeline) -> None:
    """Post a cube four times and check each time what was done."""
    cube = write_cube_of_today(DATA_ROOT)
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


def expect(order: dict, steps: set[str], outcome: str) -> None:
    """Check that the named steps ended with an outcome."""
    outcomes = {step["name"]: step["outcome"] for step in order["steps"] if step["name"] in steps}
    if outcomes != dict.fromkeys(steps, outcome):
        raise NotAsItShould(f"the steps should all be {outcome}, and are {outcomes}")
