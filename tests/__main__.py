"""Runs every test: on SQLite, on PostgreSQL, then those of whole processes and of browsers.

``python -m tests`` runs all; ``python -m tests check`` those on SQLite, for the loop while one works;
``python -m tests soak`` the long version of the tests of faults and load. Arguments after that go to pytest: ``-n 0``
runs all in one process, as a debugger needs.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from devtools.services import ServiceMissing, postgresql, redis_broker

NO_TESTS = 5
"""The exit code of pytest if it selects no test."""

WHOLE = "system or browser"
"""Tests with bounds on time: they run beside each other only."""

FOLDERS_OF_WHOLE = ("tests/system", "tests/browser")
"""Where they are. To look for them in all folders takes a quarter of a minute."""

ONCE = "packaging or plain_sql"
"""Tests that run on PostgreSQL only. Those without the mark of tests/conftest.py, `database`, run on SQLite only."""

ANY_DATABASE = "client"
"""Tests that use the database and do not depend on which it is. They run on SQLite only, where they take less time."""

FOLDERS_FOR_SQLITE = ("tests/client", "tests/previews")
"""Where nothing is to be run on PostgreSQL."""

ON_ALL_CORES = ("-n", str(3 * (os.cpu_count() or 1) // 2), "--dist", "worksteal")
"""Half as many processes again as there are cores: tests wait for the disk, for the clock and for other processes."""


def run_pytest(title: str, *arguments: str, **environment: str) -> int:
    """Run pytest in a process of its own and return its exit code."""
    print(f"\n=== {title} ===", flush=True)
    begin = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    always = {
        # Workers that start at once would make the secret key of the embedded database at once.
        "SECRET_KEY": os.environ.get("SECRET_KEY") or "only-for-tests",
        # The tests start many processes, which compile the project again and again unless they may keep the result.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    code = subprocess.run(command, env=os.environ | always | environment).returncode
    print(f"=== {title}: {time.monotonic() - begin:.0f} s ===", flush=True)
    return code


def run_on_sqlite(left_out: str, arguments: Sequence[str]) -> int:
    """Run the tests that need no servers, and return the exit code."""
    selected = [*ON_ALL_CORES, "-m", f"not ({left_out})"]
    return run_pytest("SQLite", *selected, *arguments, DATABASE_URL="", CELERY_BROKER_URL="")


def run_on_servers(title: str, *arguments: str, **environment: str) -> int:
    """Run tests on PostgreSQL and Redis, and return the exit code; without these servers it is 0, or 1 under CI."""
    with ExitStack() as services:
        try:
            environment |= {
                "DATABASE_URL": services.enter_context(postgresql()),
                "CELERY_BROKER_URL": services.enter_context(redis_broker()),
            }
        except ServiceMissing as missing:
            print(f"\nSKIPPED: the tests on PostgreSQL and Redis: {missing}.", flush=True)
            return int(os.environ.get("CI") == "true")
        return run_pytest(title, *arguments, **environment)


def without(folders: Sequence[str]) -> list[str]:
    """Return the options of pytest that leave out folders, so that their modules are not even imported."""
    return [f"--ignore={folder}" for folder in folders]


def main(arguments: list[str]) -> int:
    """Run the tests and return the exit code: 0 if all passed and, under CI, none was left out."""
    match arguments:
        case ["check", *rest]:
            codes = [run_on_sqlite(WHOLE, rest)]
        case ["soak", *rest]:
            codes = [run_on_servers("Soak", "-m", "system", *rest, SOAK="true")]
        case rest:
            database = f"(database or {ONCE}) and not ({WHOLE} or {ANY_DATABASE})"
            whole = rest or FOLDERS_OF_WHOLE
            others = rest or without(FOLDERS_OF_WHOLE)
            on_postgresql = rest or [*others, *without(FOLDERS_FOR_SQLITE)]
            codes = [
                run_on_sqlite(f"{WHOLE} or {ONCE}", others),
                run_on_servers("PostgreSQL and Redis", *ON_ALL_CORES, "-m", database, *on_postgresql),
                run_on_servers("Processes and browsers", *ON_ALL_CORES, "-m", f"({WHOLE}) and not soak", *whole),
            ]
    # A file that is named need not have tests for each round.
    ran = [code for code in codes if not (arguments and code == NO_TESTS)]
    return int(not ran or any(ran))  # A pytest that was killed has a negative one.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
