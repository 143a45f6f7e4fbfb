"""The bound on a worker's memory, tried in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
import django
django.setup()
from config.celery import limit_memory
limit_memory()
try:
    bytearray({megabytes} * 2**20)
except MemoryError:
    print("refused")
else:
    print("given")
"""


@pytest.mark.parametrize(("megabytes", "answer"), [(100, "given"), (1000, "refused")])
def test_a_worker_gets_no_more_memory_than_the_setting_says(tmp_path, megabytes, answer):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOCAL_ROOT": str(tmp_path),
        "WORKER_MEMORY_LIMIT_MB": "600",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(megabytes=megabytes)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == answer, done.stderr
