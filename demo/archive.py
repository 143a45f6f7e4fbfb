"""The archive's processes as the demonstration starts them: on the embedded default, below ``var/``."""

import os
from pathlib import Path

from demo import svo
from devtools.stack import PROJECT, Stack

LOCAL_ROOT = Path(os.environ.get("LOCAL_ROOT", PROJECT / "var"))
DATA_ROOT = Path(os.environ.get("SCIENCE_DATA_ROOT", LOCAL_ROOT / "data"))


def start(port: int | None = None) -> Stack:
    """Make the database ready and start gunicorn, a worker, beat, and a stand-in for the SVO."""
    stack = Stack({"LOCAL_ROOT": str(LOCAL_ROOT)} | svo.settings(), LOCAL_ROOT / "logs", port)
    DATA_ROOT.mkdir(parents=True, exist_ok=True)
    stack.prepare()
    svo.start_server(stack)
    stack.start_web()
    stack.start_worker(concurrency=os.cpu_count() or 1)
    stack.start_beat()
    return stack


def make_token(stack: Stack, name: str) -> str:
    """Make an account that may post and read orders and grant access, and return its token."""
    return stack.manage("make_pipeline_account", name, "--existing").strip().splitlines()[-1]
