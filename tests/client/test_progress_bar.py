"""With ``--wait`` people who look on see a progress bar; files and other programs never do."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.client.stand_in import ORDER, accepted, polled, server

__all__ = ["server"]

SECONDS = 30
LINES = ["a.fits: completed, first", "b.fits: completed, second"]


@pytest.fixture
def command(server, tmp_path: Path) -> list[str]:
    """The command for two cubes, the second of which ends a while after the first."""
    first, second = ORDER | {"id": 7}, ORDER | {"id": 8}
    server.answer = {
        1: accepted(first, second),
        2: polled(first | {"status": "started"}, second),
        3: polled(first | {"status": "completed", "oid": "first"}, second),
        4: polled(second | {"status": "started"}),
        5: polled(second | {"status": "completed", "oid": "second"}),
    }.__getitem__
    (tmp_path / "token").write_text("secret")
    options = ["--server", server.url, "--token-file", str(tmp_path / "token"), "--wait"]
    return [sys.executable, "-m", "solar_archive_client.submission.cli", "a.fits", "b.fits", *options]


def run_on_terminal(command: list[str], **streams: int) -> tuple[str, str, int]:
    """Run a command with a terminal for those of its streams that are not given.

    Returns what came on the terminal, what came on a pipe, and the exit code. The command is killed if it has not ended
    after some seconds; nothing here waits for longer.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    terminal = {"stdout": theirs, "stderr": theirs, "stdin": theirs} | streams
    process = subprocess.Popen(command, env=os.environ | {"TERM": "xterm"}, **terminal)
    os.close(theirs)
    try:
        shown = _read_until_closed(ours, time.monotonic() + SECONDS)
        piped, _ = process.communicate(timeout=SECONDS)
        return shown, (piped or b"").decode(), process.returncode
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until_closed(terminal: int, deadline: float) -> str:
    """Read until no process has the terminal open any more, which Linux tells as an error."""
    content = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"The command has not ended after {SECONDS} s; it has shown {content!r}.")
        try:
            content += os.read(terminal, 4096)
        except OSError:
            return content.decode()


def lines_at_the_end(shown: str) -> list[str]:
    """The lines that a terminal shows in the end: what comes after a carriage return goes over what was there."""
    screen = []
    for line in shown.replace("\x1b[A", "").split("\n"):
        cells: list[str] = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        screen.append("".join(cells).rstrip())
    return [line for line in screen if line]


def test_on_a_terminal_a_bar_counts_the_cubes_and_disappears_at_the_end(command):
    shown, _, code = run_on_terminal(command)
    assert code == 0
    counts = re.findall(r"(\d)/2 \[", shown)
    assert counts == sorted(counts)
    assert {"0", "1"} <= set(counts)
    assert "cube" in shown.partition("a.fits")[0]
    assert lines_at_the_end(shown) == LINES


def test_lines_that_go_to_a_file_have_no_bar_between_them(command):
    shown, lines, code = run_on_terminal(command, stdout=subprocess.PIPE)
    assert code == 0
    assert lines.splitlines() == LINES
    assert "1/2 [" in shown
    assert "completed" not in shown


def test_without_a_terminal_there_is_no_bar(command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == LINES


def test_a_command_that_does_not_end_fails_its_test_and_is_killed(monkeypatch):
    monkeypatch.setattr(f"{__name__}.SECONDS", 0.5)
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="has not ended after"):
        run_on_terminal([sys.executable, "-c", "import time; time.sleep(60)"])
    assert time.monotonic() - started < 10
