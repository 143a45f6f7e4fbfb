"""A PgBouncer for tests."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from devtools.services import (
    PostgreSQLServer,
    ServiceMissing,
    execute,
    free_port,
    of_database,
    postgresql_answers,
    wait_until,
)

_SETTINGS = """
[databases]
* = host=127.0.0.1 port={postgresql}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
logfile = {folder}/log
auth_type = trust
auth_file = {folder}/users
admin_users = postgres
pool_mode = transaction
default_pool_size = 6
query_wait_timeout = 10
server_login_retry = 1
; Each transaction is another server connection's turn: whatever relies on a session fails at once.
server_round_robin = 1
"""


class PgBouncerServer:
    """PgBouncer in transaction mode, in front of all databases of a PostgreSQL server."""

    def __init__(self, database: PostgreSQLServer) -> None:
        program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if program is None:
            raise ServiceMissing("PgBouncer (pgbouncer) is not on this machine")
        self._program = program
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # PgBouncer refuses to run as root: root lends it another user.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="archive-pgbouncer-"))
        settings = _SETTINGS.format(postgresql=database.port, port=self.port, folder=self._folder)
        (self._folder / "pgbouncer.ini").write_text(settings)
        (self._folder / "users").write_text('"postgres" ""\n')

    def __enter__(self) -> "PgBouncerServer":
        if self._user:
            shutil.chown(self._folder, self._user)
        self._process = subprocess.Popen(
            [self._program, "--quiet", self._folder / "pgbouncer.ini"], user=self._user, stdin=subprocess.DEVNULL
        )
        wait_until(lambda: postgresql_answers(self.url), "PgBouncer answers")
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder)

    def reconnect(self) -> None:
        """Let it replace its connections to PostgreSQL, as soon as each is free."""
        execute(of_database(self.url, "pgbouncer"), "RECONNECT")
