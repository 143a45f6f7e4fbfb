"""Provides PostgreSQL and Redis for tests: running servers, or private ones from the programs on the machine."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis


class ServiceMissing(Exception):
    """Something that a test needs, usually a server, is missing on this machine; the message says what."""


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait until `condition()` is true, or raise TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: that of DATABASE_URL, of the standard port, or of a private server.

    Raises
    ------
    ServiceMissing
        If there is none.
    """
    for url in (os.environ.get("DATABASE_URL", ""), "postgres://postgres@127.0.0.1:5432/postgres"):
        if url.startswith("postgres") and postgresql_answers(url):
            yield url
            return
    with PostgreSQLServer() as server:
        yield server.url


@contextmanager
def redis_broker() -> Iterator[str]:
    """Yield the URL of a Redis server: that of CELERY_BROKER_URL, of the standard port, or of a private server.

    Raises
    ------
    ServiceMissing
        If there is none.
    """
    for url in (os.environ.get("CELERY_BROKER_URL", ""), "redis://127.0.0.1:6379/9"):
        if url.startswith("redis") and _redis_answers(url):
            yield url
            return
    with RedisServer() as server:
        yield server.url


def postgresql_answers(url: str) -> bool:
    """Return whether one can connect to a database."""
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def of_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return f"{url.rpartition('/')[0]}/{name}"


def execute(url: str, statement: str) -> None:
    """Execute a statement outside of transactions."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()


def copy_database(url: str, template: str, name: str) -> None:
    """Make a copy of a database, with the settings of its own, which PostgreSQL leaves out."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase "
            "WHERE datname = %s",
            [template],
        )
        for (setting,) in cursor.fetchall():
            variable, _, value = setting.partition("=")
            cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {name} SET {variable} TO %s", [value])
    finally:
        connection.close()


def copy_folder(folder: Path, copy: Path) -> None:
    """Copy a folder with its owners and rights."""
    subprocess.run(["cp", "-a", folder, copy], check=True)  # `shutil.copytree` leaves out the owners.


class PostgreSQLServer:
    """A private PostgreSQL server that can be stopped, killed and restarted.

    Parameters
    ----------
    saved
        A folder of `save`, whose databases the server begins with; without it, it has none.
    """

    def __init__(self, saved: Path | None = None) -> None:
        folders = [Path(path).parent for path in [shutil.which("initdb")] if path]
        folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if not folders:
            raise ServiceMissing("no PostgreSQL answers and its programs (initdb, pg_ctl) are not on this machine")
        self._programs = folders[0]
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # PostgreSQL refuses to run as root, so root starts it as another user.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="archive-postgresql-"))
        self._data = self._folder / "data"
        self._saved = saved

    def __enter__(self) -> "PostgreSQLServer":
        if self._user:
            shutil.chown(self._folder, self._user)
        if self._saved:
            copy_folder(self._saved, self._data)
        else:
            self._run("initdb", "--username=postgres", "--auth=trust", "--no-sync", f"--pgdata={self._data}")
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop(mode="immediate")
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._control("start", "--log", str(self._folder / "log"), "--options", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; the mode `immediate` acts like a crash."""
        self._control("stop", "--mode", mode)

    def restart(self, mode: str = "immediate") -> None:
        self.stop(mode)
        self.start()

    def save(self, folder: Path) -> None:
        """Copy the databases into a new folder, for other servers of this machine; the server restarts for it."""
        self.stop()
        copy_folder(self._data, folder)
        self.start()

    def _control(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, "--wait", f"--pgdata={self._data}", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


class RedisServer:
    """A private Redis server that stores nothing on disk.

    Parameters
    ----------
    password
        What clients must send; left out, nothing.
    certificates
        A folder with `ca.pem`, `server.pem` and `server.key`; with it, the server speaks TLS only.
    """

    def __init__(self, password: str = "", certificates: Path | None = None) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise ServiceMissing("no Redis answers and its program (redis-server) is not on this machine")
        self.port = free_port()
        self._command = [program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        if password:
            self._command += ["--requirepass", password]
        self.url = f"://:{password}@127.0.0.1:{self.port}/0" if password else f"://127.0.0.1:{self.port}/0"
        if certificates is None:
            self._command += ["--port", str(self.port)]
            self.url = f"redis{self.url}"
        else:
            files = {"ca-cert": "ca.pem", "cert": "server.pem", "key": "server.key"}
            self._command += ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
            for option, name in files.items():
                self._command += [f"--tls-{option}-file", str(certificates / name)]
            self.url = f"rediss{self.url}?ssl_cert_reqs=required&ssl_ca_certs={certificates / 'ca.pem'}"
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start an empty server and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(lambda: _redis_answers(self.url), "Redis answers")

    def kill(self) -> None:
        """Kill the server, which loses its content."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
