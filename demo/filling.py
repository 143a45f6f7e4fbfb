"""The archive filled with the demonstration's cubes: written on all cores, and posted as they are written."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from demo.archive import DATA_ROOT
from demo.cubes import REGIONS, write_cube_of_unknown_instrument, write_region
from demo.pipeline import NotAsItShould, Pipeline, say

Writing = list[Future[list[Path]]]


@contextmanager
def cubes_being_written() -> Iterator[Writing]:
    """Write the cubes that are not there yet, in processes that leave the cores to the archive's."""
    with ProcessPoolExecutor(initializer=os.nice, initargs=(10,)) as pool:
        yield [pool.submit(write_region, DATA_ROOT, region) for region in REGIONS]


def fill(pipeline: Pipeline, writing: Writing) -> None:
    """Have each cube ingested once it is written, and show what became of it."""
    say("A pipeline posts the cubes as they are written:")
    began = time.monotonic()
    refused = write_cube_of_unknown_instrument(DATA_ROOT)
    urls = {pipeline.post(str(refused.relative_to(DATA_ROOT))): refused}
    for written in as_completed(writing):
        urls |= {pipeline.post(str(path.relative_to(DATA_ROOT))): path for path in written.result()}
    counts: Counter[str] = Counter()
    for url, path in sorted(urls.items(), key=lambda item: item[1]):
        order = pipeline.wait(url)
        counts[order["status"]] += 1
        say(f"  {order['status']:<9} {path.stat().st_size:>11,} bytes  {path.relative_to(DATA_ROOT)}")
        for sentence in [*order["warnings"], *filter(None, [order["error"]])]:
            say(f"            {sentence}")
    say(f"{counts['completed']} files completed, {counts['failed']} failed; {time.monotonic() - began:.1f} s\n")
    if counts["failed"] != 1:
        raise NotAsItShould("one file should have failed, that of an instrument which the archive does not know")
