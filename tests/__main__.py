"""Runs every test: on SQLite, then on PostgreSQL with the tests of whole processes and of browsers.

``python -m tests`` for all, ``python -m tests soak`` for the long version of the tests of faults and load. Arguments
after that go to pytest.
"""

import os
import subprocess
import sys
from contextlib import ExitStack

from devtools.services import ServiceMissing, postgresql, redis_broker

ONCE = "system or browser or schema or packaging"


def run_pytest(title: str, *arguments: str, **environment: str) -> int:
    """Run pytest in a process of its own and return its exit code."""
    print(f"\n=== {title} ===", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, env=os.environ | environment).returncode


def main(arguments: list[str]) -> int:
    """Run the tests and return the exit code: 0 if all passed and, under CI, none was left out."""
    soak = arguments[:1] == ["soak"]
    rest = arguments[1:] if soak else arguments
    codes = []
    if not soak:
        codes.append(run_pytest("SQLite", "-m", f"not ({ONCE})", *rest, DATABASE_URL="", CELERY_BROKER_URL=""))
    with ExitStack() as services:
        try:
            urls = {
                "DATABASE_URL": services.enter_context(postgresql()),
                "CELERY_BROKER_URL": services.enter_context(redis_broker()),
                "SECRET_KEY": os.environ.get("SECRET_KEY") or "only-for-tests",
            }
        except ServiceMissing as missing:
            print(f"\nSKIPPED: the tests on PostgreSQL and Redis: {missing}.", flush=True)
            codes.append(1 if os.environ.get("CI") == "true" else 0)
        else:
            if soak:
                urls["SOAK"] = "true"
                codes.append(run_pytest("Soak", "-m", "system", *rest, **urls))
            else:
                codes.append(run_pytest("PostgreSQL and Redis", "-m", "not soak", *rest, **urls))
    return int(any(codes))  # A pytest that was killed has a negative one.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
