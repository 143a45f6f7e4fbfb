"""Runs ffmpeg as a process with bounds on its time, memory and output.

The binary is the one that imageio-ffmpeg brings. The bounds are set by the shell that becomes ffmpeg, so that they
hold from its first instruction.
"""

import errno
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

import imageio_ffmpeg

from common.errors import PASSING_ERRNOS, PermanentError, TransientError, on_one_line

THREADS = 2
"""For each decoder and encoder, so that a movie leaves processors to others."""

_KEPT_OF_MESSAGES, _MOST_MESSAGES = 2**13, 2**20
# “ulimit” counts memory in units of 1,024 bytes and files in units of 512 bytes (POSIX).
_LIMITED = 'ulimit -v "$1" && ulimit -t "$2" && ulimit -f "$3" && ulimit -c 0 && shift 3 && exec "$@"'
# A lack of memory is the movie's fault, as ffmpeg may take as much as its bound says. A thread that cannot be started
# can be due to that bound, or to the system.
_NO_THREAD = os.strerror(errno.EAGAIN)
_SHORTAGES = tuple(os.strerror(number) for number in PASSING_ERRNOS - {errno.ENOMEM, errno.EPIPE, errno.EAGAIN})
_MOST_THREADS = 16
_SIGNALS: dict[int, str] = {
    signal.SIGXCPU: "it took more processor time than is allowed",
    signal.SIGXFSZ: "it wrote more than is allowed",
    signal.SIGKILL: "it was ended, as it reported errors without end or the machine ran out of memory",
}


@dataclass(frozen=True)
class ProcessBounds:
    """What one run of ffmpeg may take.

    Attributes
    ----------
    seconds
        Of time passed; of processor time it may take as much on each of its two threads.
    memory_bytes
        Address space.
    file_bytes
        Of each file that it writes.
    """

    seconds: int = 120
    memory_bytes: int = 2**30
    file_bytes: int = 100_000_000


def run_ffmpeg(
    arguments: Sequence[str],
    bounds: ProcessBounds,
    *,
    descriptor: int | None = None,
    feed: Iterable[bytes | memoryview] | None = None,
) -> bytes:
    """Run ffmpeg and return what it writes to its standard output.

    Parameters
    ----------
    arguments : sequence of str
        Those of ffmpeg, none of them from outside.
    bounds : ProcessBounds
        What it may take.
    descriptor : int, optional
        An open file as its standard input, read from where it stands: ``-i fd:``.
    feed : iterable of bytes, optional
        What to write to its standard input, one after the other: ``-i pipe:0``.

    Raises
    ------
    PermanentError
        If it fails or takes more than it may, with its own words.
    TransientError
        If it cannot be started, or the disk is full.
    """
    command = [
        *("/bin/sh", "-c", _LIMITED, "sh"),
        str(bounds.memory_bytes // 1024),
        str(bounds.seconds * THREADS),
        str(bounds.file_bytes // 512),
        _executable(),
        *("-hide_banner", "-nostdin", "-loglevel", "error", "-filter_threads", "1"),
        *arguments,
    ]
    source = subprocess.DEVNULL if descriptor is None else descriptor
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of arguments, none of them from outside.
                command,
                stdin=subprocess.PIPE if feed is not None else source,
                stdout=output,
                stderr=subprocess.PIPE,
                cwd="/",
                env={"AV_LOG_FORCE_NOCOLOR": "1", "MALLOC_ARENA_MAX": "1"},
                start_new_session=True,
            )
        except OSError as error:
            raise TransientError(f"ffmpeg cannot be started: {error.strerror}.") from error
        timed_out, messages = _run_to_the_end(process, bounds.seconds, feed)
        if timed_out:
            raise PermanentError(f"ffmpeg was stopped after {bounds.seconds} s, which is as long as it may take.")
        if process.returncode != 0:
            raise _failure(process.returncode, _words(messages))
        output.seek(0)
        return output.read()


def _executable() -> str:
    try:
        executable = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise TransientError(f"There is no ffmpeg; reinstall imageio-ffmpeg. {error}") from error
    # Checked here because the shell would report it only by its exit code.
    if shutil.which(executable) is None:
        raise TransientError(f"There is no ffmpeg at “{executable}”; see IMAGEIO_FFMPEG_EXE.")
    return executable


def _run_to_the_end(
    process: subprocess.Popen, seconds: float, feed: Iterable[bytes | memoryview] | None
) -> tuple[bool, bytes]:
    """Feed the process and wait for it. The process has always ended afterwards.

    Returns
    -------
    bool
        Whether it had to be stopped.
    bytes
        The first of its messages: the cause, before what follows from it.
    """
    timed_out = threading.Event()
    messages = []
    errors = _opened(process.stderr)

    def stop() -> None:
        timed_out.set()
        process.kill()

    def listen() -> None:
        messages.append(errors.read(_KEPT_OF_MESSAGES))
        # Where memory fails in the middle of a movie, ffmpeg can try again and complain for ever.
        if len(errors.read(_MOST_MESSAGES)) == _MOST_MESSAGES:
            process.kill()
            errors.read()

    # Threads, as this one waits to write into a pipe that a hanging process does not read.
    timer = threading.Timer(seconds, stop)
    listener = threading.Thread(target=listen)
    try:
        timer.start()
        listener.start()
        if feed is not None:
            _write_all(_opened(process.stdin), feed)
        process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        if listener.ident is not None:  # It was started.
            listener.join()
        errors.close()
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
    return timed_out.is_set(), messages[0]


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe


def _write_all(pipe: IO[bytes], feed: Iterable[bytes | memoryview]) -> None:
    # Where ffmpeg has ended before, its messages tell why.
    with suppress(BrokenPipeError):
        for part in feed:
            pipe.write(part)
        pipe.close()


def _failure(returncode: int, words: str) -> PermanentError | TransientError:
    if any(shortage in words for shortage in _SHORTAGES) or (_NO_THREAD in words and _threads_are_short()):
        return TransientError(f"ffmpeg cannot make the movie at the moment: {words}")
    if returncode < 0:
        reason = _SIGNALS.get(-returncode, f"it was ended by signal {-returncode}")
        return PermanentError(f"ffmpeg cannot make the movie: {reason}. {words}".strip())
    return PermanentError(f"ffmpeg cannot make the movie: {words}")


def _threads_are_short() -> bool:
    """Return whether the system does not start as many threads as ffmpeg needs."""
    end = threading.Event()
    threads = [threading.Thread(target=end.wait) for _ in range(_MOST_THREADS)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        return True
    finally:
        end.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    return False


def _words(messages: bytes) -> str:
    """Shorten messages, without the addresses of ffmpeg's contexts and without repetitions."""
    text = re.sub(r"\[[^\]\n]* @ 0x[0-9a-f]+\] ", "", messages.decode(errors="replace"))
    lines = dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())
    return on_one_line("; ".join(lines))
