"""Runs benchmarks at another revision and at the present one in turn, and prints both figures with their ratio.

The other revision is checked out into a folder of its own. The benchmarks are those of the present, so that both are
measured alike; so are the installed packages.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.table import print_table

PROJECT = Path(__file__).resolve().parents[1]
ROUNDS = 3

_NUMBER = re.compile(r"\d+(\.\d+)?")
Figures = dict[tuple[str, str], list[float]]


def compare(arguments: list[str]) -> int:
    """Compare benchmarks, given a revision and their names; return the exit code."""
    if len(arguments) < 2:
        print("Usage: python -m benchmarks compare REVISION NAME…", file=sys.stderr)
        return 2
    revision, *names = arguments
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        git("worktree", "add", "--detach", str(other), revision)
        try:
            shutil.rmtree(other / "benchmarks", ignore_errors=True)
            shutil.copytree(PROJECT / "benchmarks", other / "benchmarks")
            before: Figures = defaultdict(list)
            now: Figures = defaultdict(list)
            for _ in range(ROUNDS):
                measure(other, names, before)
                measure(PROJECT, names, now)
        finally:
            git("worktree", "remove", "--force", str(other))
    print_table(
        ["", revision, "present", "present / before"],
        ([f"{row}: {column}", *compared(before[row, column], now[row, column])] for row, column in before),
    )
    return 0


def git(*arguments: str) -> None:
    """Run git in this project."""
    subprocess.run(["git", *arguments], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(project: Path, names: list[str], figures: Figures) -> None:
    """Run benchmarks in a folder, and add their figures by the first cell of the row and the head of the column."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", *names], cwd=project, check=True, stdout=subprocess.PIPE)
    head: list[str] = []
    for line in done.stdout.decode().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
        else:
            for column, cell in zip(head[1:], cells[1:], strict=True):
                if number := _NUMBER.match(cell):
                    figures[cells[0], column].append(float(number[0]))


def compared(before: list[float], now: list[float]) -> list[str]:
    """Return both medians and their ratio, as texts."""
    if not now:
        return [f"{statistics.median(before):.3g}", "", ""]
    old, new = statistics.median(before), statistics.median(now)
    return [f"{old:.3g}", f"{new:.3g}", f"{new / old:.2f}" if old else ""]
