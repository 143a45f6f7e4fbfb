"""Our own pictures are encoded in this process, within bounds, and without a thread."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.errors import PermanentError
from previews.encoder import write_movie
from previews.ffmpeg import ProcessBounds
from tests.previews.movie_files import described, grey_frames

GREYS = (0, 90, 200, 255)


def pictures(greys=GREYS):
    return (Image.new("L", (32, 18), grey) for grey in greys)


def write(path, shown, **bounds):
    write_movie(path, shown, (32, 18), 4, ProcessBounds(**bounds))


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def test_the_pictures_come_back_as_a_movie_for_browsers(tmp_path):
    write(tmp_path / "movie", pictures())
    assert grey_frames(tmp_path / "movie", 32, 18).mean(axis=(1, 2)) == pytest.approx(GREYS, abs=2)
    assert "Video: vp9 (Profile 0), yuv420p(tv" in described(tmp_path / "movie")
    assert "matroska,webm" in described(tmp_path / "movie")


def test_noise_comes_back_as_noise(tmp_path):
    values = np.random.default_rng(0).integers(60, 190, (3, 9, 16), dtype="u1").repeat(2, axis=1).repeat(2, axis=2)
    write(tmp_path / "movie", map(Image.fromarray, values))
    assert abs(grey_frames(tmp_path / "movie", 32, 18).astype(int) - values).mean() < 12


def test_no_thread_is_started(tmp_path):
    before, meanwhile = threads(), []

    def watched():
        for picture in pictures():
            yield picture
            meanwhile.append(threads())

    write(tmp_path / "movie", watched())
    assert set(meanwhile) == {before}


def test_a_movie_that_takes_too_long_is_stopped(tmp_path):
    def slow():
        for picture in pictures(GREYS * 100):
            time.sleep(0.3)
            yield picture

    began = time.monotonic()
    with pytest.raises(PermanentError, match="stopped after 1 s"):
        write(tmp_path / "movie", slow(), seconds=1)
    assert time.monotonic() - began < 10


def test_an_error_between_two_pictures_is_passed_on(tmp_path):
    def interrupted():
        yield from pictures()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "movie", interrupted())


def test_a_full_disk_is_noticed_even_by_a_small_movie():
    with pytest.raises(OSError) as caught:  # noqa: PT011 - checked below.
        write(Path("/dev/full"), pictures())
    assert caught.value.errno == errno.ENOSPC


IN_LITTLE_MEMORY = """
import resource
from pathlib import Path
from PIL import Image
from common.errors import TransientError
from previews.encoder import write_movie
from previews.ffmpeg import ProcessBounds

def write(side):
    pictures = [Image.effect_noise((side, side), 50) for _ in range(3)]
    write_movie(Path("/dev/null"), pictures, (side, side), 2, ProcessBounds())

write(64)
[data] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData")]
most = int(data) * 1024 + {more} * 2**20
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
try:
    write(1280)
except (MemoryError, TransientError) as error:
    print("later", error)
else:
    print("made")
"""


@pytest.mark.parametrize(("more", "printed"), [(2, "later"), (40, "later"), (90, "later"), (200, "made")])
def test_a_lack_of_memory_is_expected_to_pass(more, printed):
    command = [sys.executable, "-c", IN_LITTLE_MEMORY.format(more=more)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2])
    assert done.stdout.startswith(printed), done.stdout + done.stderr
