"""``python -m benchmarks [NAME…]``: runs the benchmarks, each in its own process, and prints their tables.

``python -m benchmarks compare REVISION NAME…`` runs some at another revision too, and prints the ratios.

Each runs in an empty archive, on a private PostgreSQL and a private Redis that nothing else uses.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.compare import compare
from devtools.services import PostgreSQLServer, RedisServer, execute, of_database

NAMES = (
    *("ingestion", "work", "previews", "movies", "posting", "batch", "workers", "claiming", "memory", "downloads"),
    *("svo", "catalogue", "exports", "tap", "events", "end_to_end", "discovery", "fixity"),
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all, and return the exit code."""
    if names[:1] == ["compare"]:
        return compare(names[1:])
    print(describe_machine(), flush=True)
    with PostgreSQLServer() as database, RedisServer() as broker, tempfile.TemporaryDirectory() as folder:
        codes = []
        for name in names or NAMES:
            print(f"\n## {name}\n", flush=True)
            execute(database.url, f"CREATE DATABASE {name}")
            environment = os.environ | {
                "DATABASE_URL": of_database(database.url, name),
                "CELERY_BROKER_URL": broker.url,
                "SECRET_KEY": "only-for-benchmarks",
                "LOCAL_ROOT": f"{folder}/{name}",
                "LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            }
            subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
            codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], env=environment).returncode)
    return max(codes)


def describe_machine() -> str:
    """Return the machine's properties on which the figures depend."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
