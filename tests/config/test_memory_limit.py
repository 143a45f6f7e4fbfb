"""The bound on a worker's memory, tried in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
from config.celery import limit_memory
limit_memory()
for megabytes in (100, 1000):
    try:
        bytearray(megabytes * 2**20)
    except MemoryError:
        print(megabytes, "refused")
    else:
        print(megabytes, "given")
"""


def test_a_worker_gets_no_more_memory_than_the_setting_says(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOCAL_ROOT": str(tmp_path),
        "WORKER_MEMORY_LIMIT_MB": "600",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["100 given", "1000 refused"], done.stderr
