"""ffmpeg runs within its bounds, and is gone whatever happens."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from itertools import repeat
from pathlib import Path

import imageio_ffmpeg
import pytest

from common.errors import PermanentError, TransientError
from previews.ffmpeg import ProcessBounds, run_ffmpeg
from tests.previews.movie_files import running_ffmpegs

RAW = ("-f", "rawvideo", "-pix_fmt", "gray", "-video_size", "4x4", "-i", "pipe:0", "-f", "rawvideo", "pipe:1")


def test_the_frames_fed_to_ffmpeg_come_back_as_a_movie(tmp_path):
    frames = [bytes([value]) * 16 for value in (1, 2, 3)]
    assert run_ffmpeg(RAW, ProcessBounds(), feed=frames) == b"".join(frames)


def test_a_process_that_waits_for_more_is_stopped():
    def slow():
        yield bytes(16)
        time.sleep(1.5)
        yield from repeat(bytes(2**20), 5)

    with pytest.raises(PermanentError, match="stopped after 1 s"):
        run_ffmpeg(RAW, ProcessBounds(seconds=1), feed=slow())
    assert running_ffmpegs() == []


def test_a_process_that_never_ends_is_stopped():
    with pytest.raises(PermanentError, match=r"stopped after 1 s|processor time"):
        run_ffmpeg(["-f", "lavfi", "-i", "testsrc2", "-f", "null", "pipe:1"], ProcessBounds(seconds=1))
    assert running_ffmpegs() == []


def test_a_process_that_ends_early_gives_the_reason():
    with pytest.raises(PermanentError, match="Unrecognized option 'nonsense'"):
        run_ffmpeg(["-nonsense", *RAW], ProcessBounds(), feed=repeat(bytes(2**20), 50))
    assert running_ffmpegs() == []


def test_its_message_is_bounded_and_on_one_line(tmp_path):
    name = f"file:{tmp_path}/" + "x" * 200
    with pytest.raises(PermanentError) as caught:
        run_ffmpeg(["-i", name, "-i", name, "-f", "null", "pipe:1"], ProcessBounds())
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)
    assert "No such file" in str(caught.value)


def test_an_interruption_stops_the_process():
    def interrupted():
        yield bytes(16)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ffmpeg(RAW, ProcessBounds(), feed=interrupted())
    assert running_ffmpegs() == []


def test_a_missing_ffmpeg_is_a_transient_error(monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nonexistent/ffmpeg")
    with pytest.raises(TransientError, match="There is no ffmpeg"):
        run_ffmpeg(["-version"], ProcessBounds())


def test_where_the_watching_thread_cannot_be_started_no_process_is_left(monkeypatch):
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    for kind in (threading.Timer, threading.Thread):
        with monkeypatch.context() as patch:
            patch.setattr(kind, "start", refuse)
            with pytest.raises(RuntimeError, match="can't start new thread"):
                run_ffmpeg(RAW, ProcessBounds(), feed=[bytes(16)])
        assert running_ffmpegs() == []


IN_A_PROCESS_LIMIT = """
import os, resource, sys
sys.path.insert(0, {project!r})
from common.errors import TransientError
from previews.ffmpeg import ProcessBounds, run_ffmpeg
def make():
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc2=duration=0.1", "-c:v", "mpeg4", "-f", "null", "pipe:1"], ProcessBounds())
make()  # Loads what the other user may not read.
os.setgid({user}); os.setuid({user})
resource.setrlimit(resource.RLIMIT_NPROC, ({most}, {most}))
try:
    make()
except (TransientError, RuntimeError) as error:
    print(type(error).__name__, error)
else:
    print("made")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that has no other processes")
@pytest.mark.parametrize(
    ("most", "printed"), [(100, "made"), (5, "TransientError ffmpeg cannot make the movie at the")]
)
def test_a_system_that_starts_no_more_threads_is_not_taken_for_a_bad_movie(most, printed):
    code = IN_A_PROCESS_LIMIT.format(project=str(Path(__file__).parents[2]), user=54321, most=most)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        ffmpeg = shutil.copy(imageio_ffmpeg.get_ffmpeg_exe(), folder)
        environment = os.environ | {"IMAGEIO_FFMPEG_EXE": str(ffmpeg)}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.startswith(printed), done.stdout + done.stderr
