"""Two beats at once, as a deployment may have for a while: what each sends a second time does nothing."""

import json
import time
from collections.abc import Iterator

import pytest
import redis

from devtools.sample_cubes import many_cubes
from devtools.services import wait_until
from devtools.svo import SvoServer
from tests.system.archive import Archive
from tests.system.whole import check_whole

pytestmark = pytest.mark.system


@pytest.fixture
def svo() -> Iterator[SvoServer]:
    with SvoServer() as server:
        yield server


def start_beats(archive: Archive) -> None:
    """Start two, each with a schedule of its own, as those of two machines have."""
    for name in ("beat-0", "beat-1"):
        archive.stack.start(name, "celery", "-A", "config", "beat", "--schedule", str(archive.folder / name))


def test_two_beats_have_each_order_carried_out_once(make_archive):
    archive = make_archive(ORDER_SWEEP_SECONDS="0.2")
    archive.stack.start_web(workers=1)
    start_beats(archive)
    with redis.Redis.from_url(archive.servers.broker.url) as client:
        wait_until(lambda: len(senders(client)) == 2, "both beats send")
        for path in many_cubes(archive.data, 20):
            archive.post(path)
        time.sleep(2)  # Some twenty sweeps, which nobody carries out yet.
        assert client.llen("ingest") > 20 + 10
    archive.stack.start_worker("worker-0", concurrency=2)
    archive.wait_until_idle()
    assert archive.query("SELECT count(*), max(attempt) FROM workorders_workorderrun") == [(20, 1)]
    check_whole(archive)


def senders(client: redis.Redis) -> set[str]:
    """The processes that have sent the messages that wait."""
    return {json.loads(message)["headers"]["origin"] for message in client.lrange("ingest", 0, -1)}


def test_of_two_synchronisations_that_two_beats_send_at_once_one_runs(make_archive, svo):
    archive = make_archive(
        SVO_API_URL=svo.url,
        SVO_USERNAME=svo.username,
        SVO_API_KEY=svo.key,
        ARCHIVE_BASE_URL="http://archive.example.org",
        ALLOWED_HOSTS="127.0.0.1",
    )
    paths = many_cubes(archive.data, 3)
    archive.start(workers=1, concurrency=2)
    for path in paths:
        archive.post(path)
    archive.wait_until_idle()
    wait_until(lambda: len(svo.oids("CRISP")) == 3, "the cubes are in the SVO")
    svo.slow(8, times=1)  # So that both are there at once.
    send = "from svo.tasks import synchronise_with_svo as task; task.delay(); task.delay()"
    archive.stack.manage("shell", "--no-imports", "--command", send)
    wait_until(lambda: "Another synchronisation" in archive.stack.log("worker-0"), "one has found the other")
    ended = "SELECT failed FROM svo_synchronisation WHERE is_running IS NULL"
    wait_until(lambda: archive.query(ended), "the other has ended")
    assert archive.query("SELECT failed FROM svo_synchronisation") == [(0,)]
    assert len(svo.oids("CRISP")) == 3
