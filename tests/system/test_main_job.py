"""The main job through real processes: gunicorn, a worker and beat, on a PostgreSQL and a Redis of the test's own."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from demo.archive import make_token
from tests.support.sample_cubes import edit_keyword, many_cubes
from tests.support.services import PostgreSQLServer, RedisServer, ServiceMissing, wait_until
from tests.support.stack import Stack

pytestmark = pytest.mark.system

SETTINGS = {
    "SECRET_KEY": "only-for-tests",
    "ORDER_LEASE_SECONDS": "2",
    "ORDER_RETRY_SECONDS": "1",
    "ORDER_SWEEP_SECONDS": "0.5",
}


class Archive:
    """A running archive with its servers, and a pipeline's connection to it."""

    def __init__(self, stack: Stack, database: PostgreSQLServer, broker: RedisServer, data: Path) -> None:
        self.stack, self.database, self.broker, self.data = stack, database, broker, data
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Token {make_token(stack, 'pipeline')}"

    def post(self, path: Path, **fields: object) -> dict:
        """Post a cube and return the order; it must be accepted within a second."""
        began = time.monotonic()
        body = {"relative_path": str(path.relative_to(self.data))} | fields
        answer = self._session.post(f"{self.stack.base_url}/api/v1/ingest/", json=body, timeout=10)
        assert answer.status_code == 202, answer.text
        assert time.monotonic() - began < 1  # The promise of the API, whatever the broker does.
        return answer.json()

    def get(self, order: dict) -> dict:
        """Return the order as it is now."""
        answer = self._session.get(order["url"], timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def poll(self, order: dict, seconds: float = 30) -> dict:
        """Wait until the order has ended, and return it."""
        wait_until(lambda: self.get(order)["status"] in ("completed", "failed"), f"order {order['id']} ends", seconds)
        return self.get(order)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of one worker; the broker is not yet used when it is handed over."""
    data = tmp_path / "data"
    try:
        with PostgreSQLServer() as database, RedisServer() as broker:
            folders = {
                "LOCAL_ROOT": str(tmp_path),
                "SCIENCE_DATA_ROOT": str(data),
                "MEDIA_ROOT": str(tmp_path / "media"),
            }
            urls = {"DATABASE_URL": database.url, "CELERY_BROKER_URL": broker.url}
            with Stack(
                SETTINGS | urls | {name: str(path) for name, path in folders.items()}, tmp_path / "logs"
            ) as stack:
                stack.prepare()
                stack.start_web()
                stack.start_worker()
                stack.start_beat()
                yield Archive(stack, database, broker, data)
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def test_cubes_are_ingested_and_ingested_again_only_where_they_changed(archive):
    changed, same = many_cubes(archive.data, 2)
    for path in (changed, same):
        order = archive.poll(archive.post(path))
        assert order["status"] == "completed", order
        assert order["attempts"] == 1
    edit_keyword(changed, "OBSERVER", "Somebody Else")
    outcomes = [
        {step["name"]: step["outcome"] for step in archive.poll(archive.post(path))["steps"]}["metadata"]
        for path in (changed, same)
    ]
    assert outcomes == ["updated", "skipped"]


def test_a_killed_worker_loses_nothing(archive):
    orders = [archive.post(path) for path in many_cubes(archive.data, 30)]
    archive.stack.kill("worker")
    archive.stack.start_worker("another")
    assert {archive.poll(order)["status"] for order in orders} == {"completed"}


def test_while_redis_is_away_posts_are_accepted_and_done_when_it_is_back(archive):
    first, *others = many_cubes(archive.data, 4)
    archive.poll(archive.post(first))
    archive.broker.kill()
    orders = [archive.post(path) for path in others]
    time.sleep(2)
    assert {archive.get(order)["status"] for order in orders} == {"queued"}
    archive.broker.start()
    assert {archive.poll(order, 60)["status"] for order in orders} == {"completed"}


def test_a_crash_of_postgresql_loses_nothing_that_was_accepted(archive):
    orders = [archive.post(path) for path in many_cubes(archive.data, 30)]
    archive.database.restart("immediate")
    later = many_cubes(archive.data / "later", 1)[0]
    wait_until(lambda: requests.get(f"{archive.stack.base_url}/api/v1/instruments/", timeout=5).ok, "the web is back")
    orders.append(archive.post(later))
    assert {archive.poll(order, 60)["status"] for order in orders} == {"completed"}
