"""Provides MariaDB for the tests of the import from sst_archive: a running server, or a private one."""

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pymysql

from devtools.services import ServiceMissing, free_port, wait_until

STANDARD = "mysql://root@127.0.0.1:3306/mysql"


@contextmanager
def mariadb() -> Iterator[str]:
    """Yield the URL of a MariaDB server on the standard port, or of a private one.

    Raises
    ------
    ServiceMissing
        If no server answers, and none can be started.
    """
    if _answers(STANDARD):
        yield STANDARD
        return
    with MariaDBServer() as server:
        yield server.url


def run_sql(url: str, *scripts: str) -> None:
    """Execute SQL scripts, in which names may be in double quotes, and commit."""
    parts = urlsplit(url)
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=parts.username,
        database=parts.path[1:],
        charset="utf8mb4",
        connect_timeout=5,
        autocommit=True,
        client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
    )
    with closing(connection), closing(connection.cursor()) as cursor:
        cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES'), time_zone = '+00:00'")
        for script in scripts:
            cursor.execute(script)
            while cursor.nextset():
                pass


class MariaDBServer:
    """A private MariaDB server, without passwords, on this machine only."""

    def __init__(self) -> None:
        install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path="/usr/sbin:/usr/bin")
        if not install or not server:
            raise ServiceMissing("no MariaDB answers and its programs (mariadbd, mariadb-install-db) are missing")
        self._folder = Path(tempfile.mkdtemp(prefix="archive-mariadb-"))
        port = free_port()
        self.url = f"mysql://root@127.0.0.1:{port}/mysql"
        data, user = f"--datadir={self._folder / 'data'}", f"--user={getpass.getuser()}"
        self._install = [install, "--no-defaults", data, user, "--auth-root-authentication-method=normal"]
        self._command = [server, "--no-defaults", data, user, "--bind-address=127.0.0.1", f"--port={port}"]
        self._command += [f"--socket={self._folder / 'socket'}", f"--log-error={self._folder / 'log'}"]
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "MariaDBServer":
        subprocess.run(self._install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: _answers(self.url), "MariaDB answers")
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder)


def _answers(url: str) -> bool:
    try:
        run_sql(url, "SELECT 1")
    except pymysql.OperationalError:
        return False
    return True
