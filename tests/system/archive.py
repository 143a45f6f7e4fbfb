"""An archive of whole processes on servers of its own, as the tests of this folder use it."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import requests

from demo.archive import make_token
from devtools.services import PostgreSQLServer, RedisServer, copy_database, execute, of_database, wait_until
from devtools.stack import Stack
from tests.support.nginx import NginxServer

SOAK = os.environ.get("SOAK") == "true"
FIGURES: Counter[str] = Counter()
"""What the tests of a session did and met, printed in the end."""

SETTINGS = {
    "SECRET_KEY": "only-for-tests",
    "ORDER_LEASE_SECONDS": "2",
    "ORDER_RETRY_SECONDS": "0.5",
    "ORDER_SWEEP_SECONDS": "0.5",
    "SVO_API_URL": "",
}

PENDING = ("queued", "started")
IDLE_WITHIN_SECONDS = 3600 if SOAK else 600


TEMPLATE = "template_archive"


@dataclass(frozen=True)
class Servers:
    """The servers of the session.

    Attributes
    ----------
    database
        A server with the databases of `prepare`.
    token
        The token of an account in these databases.
    static
        The folder of collected static files.
    """

    database: PostgreSQLServer
    broker: RedisServer
    token: str
    static: Path

    @property
    def plain_url(self) -> str:
        """A database where cubes are ingested plainly."""
        return of_database(self.database.url, "plain")


def prepare(folder: Path) -> None:
    """Fill a new folder with what the archives of the tests have copies of.

    - `postgresql`: a saved server. Its database `template_archive` has all tables, and an account that may post and
      read orders and grant access; `plain` is a copy of it.
    - `static`: the collected static files.
    - `token`: the account's token. It is written last: with it, the folder is complete.
    """
    folder.mkdir()
    with PostgreSQLServer() as database:
        execute(database.url, f"CREATE DATABASE {TEMPLATE}")
        environment = {"DATABASE_URL": of_database(database.url, TEMPLATE), "LOCAL_ROOT": str(folder)}
        stack = Stack(SETTINGS | environment, folder)
        stack.prepare()
        token = make_token(stack, "pipeline")
        copy_database(database.url, TEMPLATE, "plain")
        database.save(folder / "postgresql")
    (folder / "token").write_text(token)


class Archive:
    """A running archive, a pipeline's connection to it, and a view into its database.

    Attributes
    ----------
    accepted
        The fields of each post that was accepted for a path, the last one last.
    """

    def __init__(self, servers: Servers, name: str, folder: Path, settings: dict[str, str]) -> None:
        self.servers, self.name, self.folder = servers, name, folder
        self.data, self.media = folder / "data", folder / "media"
        self.data.mkdir()
        (folder / "static").symlink_to(servers.static)
        self.accepted: dict[str, list[dict[str, Any]]] = {}
        self.database_url = of_database(servers.database.url, name)
        copy_database(servers.database.url, TEMPLATE, name)
        environment = {
            "LOCAL_ROOT": str(folder),
            "SCIENCE_DATA_ROOT": str(self.data),
            "MEDIA_ROOT": str(self.media),
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": servers.broker.url,
        }
        self.stack = Stack(SETTINGS | environment | settings, folder / "logs")
        self._connection: psycopg2.extensions.connection | None = None
        self.session = requests.Session()
        # Each request has a connection of its own: one that was idle for two seconds is closed by gunicorn, perhaps
        # just as it is used again, and then nobody knows whether a POST has arrived.
        self.session.headers.update({"Authorization": f"Token {servers.token}", "Connection": "close"})

    def start(self, workers: int = 1, concurrency: int = 2, *, beat: bool = True) -> None:
        """Start workers and beat as `start_workers` does, and gunicorn with a single process."""
        self.start_workers(workers, concurrency, beat=beat)
        self.stack.start_web(workers=1)

    def start_workers(self, workers: int = 1, concurrency: int = 2, *, beat: bool = True) -> None:
        """Start Celery workers, which are called worker-0, worker-1, …, and beat, unless nothing has to be swept up."""
        for number in range(workers):
            self.stack.start_worker(f"worker-{number}", concurrency=concurrency)
        if beat:
            self.stack.start_beat()

    def nginx(self) -> NginxServer:
        """nginx in front of gunicorn, which has to run; a context, while which it runs."""
        return NginxServer(f"127.0.0.1:{self.stack.port}", self.data, self.folder / "nginx")

    def remove(self) -> None:
        """Stop the processes and remove the database."""
        self.stack.stop()
        self.session.close()
        self.hang_up()
        execute(self.servers.database.url, f"DROP DATABASE {self.name} WITH (FORCE)")

    def post(self, path: Path, **fields: Any) -> dict[str, Any]:
        """Post a cube and return the order."""
        relative_path = str(path.relative_to(self.data))
        answer = self.session.post(
            f"{self.stack.base_url}/api/v1/ingest/", json={"relative_path": relative_path} | fields, timeout=30
        )
        assert answer.status_code == 202, (answer.status_code, answer.text)
        self.accepted.setdefault(relative_path, []).append(fields)
        FIGURES["POSTs that were accepted and are checked"] += 1
        return answer.json()

    def post_until_accepted(self, path: Path, seconds: float = 60, **fields: Any) -> dict[str, Any]:
        """Post a cube again and again, as a pipeline does while the archive is out of order."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.post(path, **fields)
            except (AssertionError, requests.RequestException) as error:
                FIGURES["POSTs refused while PostgreSQL was away"] += 1
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{path.name} was not accepted within {seconds} s") from error
                time.sleep(0.2)

    def get(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order as it is now."""
        answer = self.session.get(order["url"], timeout=30)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def poll(self, order: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """Wait until an order has ended, and return it as a client sees it."""
        # To ask the web server again and again would take a fifth of a processor from what is tested.
        wait_until(lambda: self.status(order) not in PENDING, f"order {order['id']} ends", seconds)
        return self.get(order)

    def status(self, order: dict[str, Any]) -> str:
        """The status of an order's row."""
        [(status,)] = self.query("SELECT status FROM workorders_workorder WHERE id = %s", [order["id"]])
        return str(status)

    def wait_until_idle(self) -> None:
        """Wait until no order is pending."""
        wait_until(lambda: not self.pending(), f"the queue is empty; see {self.stack.logs}", IDLE_WITHIN_SECONDS)

    def pending(self) -> int:
        """How many orders are queued or started."""
        return self.query("SELECT count(*) FROM workorders_workorder WHERE status IN %s", [PENDING])[0][0]

    def query(self, statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, over a connection that is kept, as tests ask again and again.

        Tests end connections and stop the server, so one that fails is replaced once.
        """
        kept = self._connection
        if kept is not None:
            try:
                return rows_of(kept, statement, parameters)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self.hang_up()
        self._connection = psycopg2.connect(self.database_url)
        self._connection.autocommit = True
        return rows_of(self._connection, statement, parameters)

    def hang_up(self) -> None:
        """Close the connection of `query`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def runs(self, path: Path) -> list[tuple[str, str, int]]:
        """Status, error and number of the attempt of each run of a path, the first one first."""
        return self.query(
            "SELECT run.status, run.error, run.attempt FROM workorders_workorderrun run "
            "JOIN workorders_workorder o ON o.id = run.order_id WHERE o.relative_path = %s ORDER BY run.id",
            [str(path.relative_to(self.data))],
        )

    def was_handed_back(self, path: Path) -> bool:
        """Whether the first run of a path was handed back."""
        return [status for status, *_ in self.runs(path)][:1] == ["handed_back"]

    def process_at(self, path: Path, seconds: float = 60) -> int:
        """Wait until a worker is at a path, and return the id of its process."""
        statement = (
            "SELECT run.worker FROM workorders_workorder o JOIN workorders_workorderrun run ON run.id = o.run_id "
            "WHERE o.status = 'started' AND o.relative_path = %s"
        )
        found: list[tuple[Any, ...]] = []

        def somebody_is() -> bool:
            found[:] = self.query(statement, [str(path.relative_to(self.data))])
            return bool(found)

        wait_until(somebody_is, f"a worker is at {path.name}", seconds)
        return int(found[0][0].rpartition(":")[2])

    def workers(self) -> dict[str, int]:
        """The names of the Celery workers and the ids of their main processes."""
        processes = self.stack.processes
        return {name: process.pid for name, process in processes.items() if name.startswith("worker")}

    def pool(self) -> list[int]:
        """The ids of the processes that carry out orders."""
        return [child for pid in self.workers().values() for child in children(pid)]


def rows_of(
    connection: psycopg2.extensions.connection, statement: str, parameters: Iterable[Any]
) -> list[tuple[Any, ...]]:
    """Execute a statement, and return the rows that it gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return cursor.fetchall() if cursor.description else []


def note_highest(name: str, number: float) -> None:
    """Note a figure of which the highest counts."""
    FIGURES[name] = max(FIGURES[name], round(number))


def children(pid: int) -> list[int]:
    """The ids of the processes that a process has started and that live."""
    try:
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [child for child in map(int, started) if lives(child)]


def lives(pid: int) -> bool:
    """Whether a process is there and has not ended: one that has stays listed until its parent has asked for it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def kill(pid: int, number: int = signal.SIGKILL) -> bool:
    """Send a signal to a process; tell whether it was there."""
    if not lives(pid):
        return False
    os.kill(pid, number)
    FIGURES[f"{signal.Signals(number).name} to workers"] += 1
    return True
