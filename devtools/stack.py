"""Runs the archive as real processes: gunicorn, Celery workers and beat."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from devtools.services import free_port

PROJECT = Path(__file__).resolve().parents[1]

LONGEST_REQUEST_LINE = 4094
"""Maximum bytes of a request line (method, URL and version): gunicorn's default `limit_request_line`."""


class Stack:
    """Processes of the archive that share one database, one broker and one folder.

    Parameters
    ----------
    environment
        The archive's environment variables.
    logs
        The folder for the output of the processes.
    port
        gunicorn's port; a free one if it is None.
    """

    def __init__(self, environment: dict[str, str], logs: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {"ARCHIVE_BASE_URL": self.base_url} | environment
        self.logs = logs
        self.logs.mkdir(parents=True, exist_ok=True)
        self.processes: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return its output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        """Migrate the database and collect the static files."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")

    def start_web(self, workers: int = 2) -> None:
        """Start gunicorn and wait until it answers."""
        bind = f"127.0.0.1:{self.port}"
        self.start("web", "gunicorn", "config.wsgi", "--bind", bind, "--workers", str(workers), "--threads", "4")
        self._wait_for_web()

    def start_worker(self, name: str = "worker", *, concurrency: int = 1) -> None:
        """Start a Celery worker under a unique name."""
        options = ["--queues", "ingest,svo,webhooks", "--concurrency", str(concurrency), "--hostname", f"{name}@%h"]
        self.start(name, "celery", "-A", "config", "worker", *options)

    def start_beat(self) -> None:
        """Start beat, which sends the scheduled tasks."""
        self.start("beat", "celery", "-A", "config", "beat")

    def start(self, name: str, module: str, *arguments: str) -> None:
        """Start a process in its own process group, under the name of its log and its key in `processes`."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def stop(self, seconds: float = 10) -> list[str]:
        """Ask all processes to end, kill those that run on after `seconds`, and return the names of the killed ones."""
        killed = []
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for name, process in self.processes.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                kill_group(process)
                killed.append(name)
        self.processes.clear()
        return killed

    def kill(self, name: str) -> None:
        """Kill a process and its children by SIGKILL, so that they cannot clean up."""
        kill_group(self.processes.pop(name))

    def log(self, name: str) -> str:
        """Return the output of a process, with its original line ends."""
        return (self.logs / f"{name}.log").read_bytes().decode(errors="replace")

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                requests.get(f"{self.base_url}/api/v1/work-orders/", timeout=5)
                return
            except (requests.ConnectionError, requests.Timeout):
                if self.processes["web"].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"gunicorn does not answer:\n{self.log('web')}") from None
                time.sleep(0.05)


def kill_group(process: subprocess.Popen) -> None:
    """Kill a process that was started in its own process group, together with its children."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
