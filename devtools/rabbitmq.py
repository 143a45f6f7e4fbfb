"""A RabbitMQ node for tests."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import amqp

from devtools.services import ServiceMissing, free_port, wait_until


class RabbitMQServer:
    """A RabbitMQ node of one's own, that may hang, be killed and restarted; it starts within about 5 s."""

    def __init__(self) -> None:
        # Debian's program in PATH writes to the folders of the system.
        self._program = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin") or shutil.which("rabbitmq-server")
        if self._program is None:
            raise ServiceMissing("RabbitMQ (rabbitmq-server) is not on this machine")
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._user = "rabbitmq" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="archive-rabbitmq-"))
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "RabbitMQServer":
        if self._user:
            shutil.chown(self._folder, self._user)
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it with what it had on disk, and wait until it answers."""
        environment = {
            "HOME": str(self._folder),  # For the cookie.
            "RABBITMQ_NODENAME": f"{self._folder.name}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "rabbitmq-env.conf"),
        }
        assert self._program is not None
        self._process = subprocess.Popen(
            [self._program],
            env=os.environ | environment,
            user=self._user,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._answers, "RabbitMQ answers", 60)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to all its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=2):
                return True
        except OSError:
            return False
