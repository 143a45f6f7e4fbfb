"""POSTs that wait until their order has ended."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import APIToken
from devtools.services import wait_until
from workorders import queue, waiting
from workorders.models import WorkOrder
from workorders.worker import carry_out

URL = "/api/v1/ingest/"
pytestmark = pytest.mark.django_db(transaction=True)

Post = Callable[..., Future]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.views.send_wake_up", lambda task: None)


@pytest.fixture
def post(api, cube_path) -> Iterator[Post]:
    """Post the cube from a thread of its own; the result is the answer and the seconds that it took."""
    pool = ThreadPoolExecutor(8)

    def send(prefer: str | None, fields: dict[str, Any], environ: dict[str, Any]) -> tuple[Any, float]:
        began = time.monotonic()
        headers = {"Prefer": prefer} if prefer is not None else {}
        try:
            answer = api.post(URL, {"relative_path": cube_path} | fields, format="json", headers=headers, **environ)
            return answer, time.monotonic() - began
        finally:
            connection.close()

    yield lambda prefer=None, fields=None, **environ: pool.submit(send, prefer, fields or {}, environ)
    pool.shutdown()


def next_order() -> WorkOrder:
    """Wait for an order and claim it, as a worker does."""
    claimed: list[WorkOrder] = []

    def claim() -> bool:
        order = queue.claim("worker")
        claimed.extend([order] if order else [])
        return bool(order)

    wait_until(claim, "an order is there", 10)
    return claimed[0]


def test_an_ingested_cube_is_answered_with_201_and_the_completed_order(post):
    waits = post("wait=20")
    carry_out(next_order())
    answer, _ = waits.result()
    assert answer.status_code == 201
    order = WorkOrder.objects.get()
    body = answer.json()
    assert (body["status"], body["oid"]) == ("completed", order.oid)
    assert body["steps"][0]["outcome"] == "created"
    assert answer["Preference-Applied"] == "wait=20"
    assert answer["Location"].endswith(f"/api/v1/work-orders/{order.pk}/")
    assert not answer.has_header("Retry-After")


def test_a_failed_order_is_answered_with_400_and_its_reason_alone_in_a_list(post, data_root, cube_path):
    (data_root / cube_path).write_bytes(b"This is no FITS file.")
    waits = post("wait=20")
    carry_out(next_order())
    answer, _ = waits.result()
    order = WorkOrder.objects.get()
    assert (answer.status_code, answer.json()) == (400, [order.latest_run.error])
    assert "FITS" in order.latest_run.error
    assert answer["Location"].endswith(f"/api/v1/work-orders/{order.pk}/")


def test_a_cancelled_order_is_answered_with_400(post):
    waits = post("wait=20")
    wait_until(lambda: WorkOrder.objects.exists(), "the order is there", 10)
    assert queue.cancel([WorkOrder.objects.get().pk]) == 1
    answer, _ = waits.result()
    assert (answer.status_code, answer.json()) == (400, ["Cancelled before a worker took it."])


def test_an_order_that_takes_longer_is_answered_with_202_once_the_time_is_up(post):
    answer, seconds = post("wait=1").result()
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    assert (answer["Preference-Applied"], answer["Retry-After"]) == ("wait=1", "1")
    assert 1 <= seconds < 3


def test_no_wait_is_longer_than_the_setting(post, settings):
    settings.INGEST_WAIT_SECONDS = 1
    answer, seconds = post("wait=999999999").result()
    assert (answer.status_code, answer["Preference-Applied"]) == (202, "wait=1")
    assert 1 <= seconds < 3


@pytest.mark.parametrize(
    "prefer", [None, "", "respond-async", "wait", "wait=-5", "wait=soon", "return=minimal", "wäit=5"]
)
def test_without_a_wait_that_can_be_read_the_answer_comes_at_once(post, prefer):
    answer, seconds = post(prefer).result()
    assert answer.status_code == 202
    assert not answer.has_header("Preference-Applied")
    assert seconds < 1


@pytest.fixture
def waiting_token(pipeline) -> None:
    """Let the token of the pipeline wait for results."""
    assert APIToken.objects.filter(user=pipeline).update(waits_for_result=True) == 1


@pytest.mark.parametrize("prefer", [None, "", "return=minimal", "wait=soon"])
def test_a_token_that_waits_for_results_needs_no_header(post, waiting_token, prefer):
    waits = post(prefer)
    carry_out(next_order())
    answer, _ = waits.result()
    assert (answer.status_code, answer.json()["status"]) == (201, "completed")
    assert not answer.has_header("Preference-Applied")


def test_such_a_token_waits_no_longer_than_the_setting(post, waiting_token, settings):
    settings.INGEST_WAIT_SECONDS = 1
    answer, seconds = post().result()
    assert answer.status_code == 202
    assert 1 <= seconds < 3


@pytest.mark.parametrize("prefer", ["wait=0", "respond-async", "Respond-Async, return=minimal"])
def test_the_header_of_a_request_overrides_its_token(post, waiting_token, prefer):
    answer, seconds = post(prefer).result()
    assert answer.status_code == 202
    assert seconds < 1


def test_a_wait_of_nothing_is_no_wait(post):
    answer, seconds = post("wait=0").result()
    assert (answer.status_code, answer["Preference-Applied"]) == (202, "wait=0")
    assert seconds < 1


def test_a_refused_post_waits_for_nothing(api):
    began = time.monotonic()
    answer = api.post(URL, {"relative_path": "../cube.fits"}, format="json", headers={"Prefer": "wait=20"})
    assert (answer.status_code, list(answer.json())) == (400, ["relative_path"])
    assert time.monotonic() - began < 2


def test_more_requests_than_may_wait_are_answered_at_once(post, settings):
    settings.INGEST_WAITERS = 2
    waits = [post("wait=30"), post("wait=30")]
    wait_until(lambda: waiting._waiters._number == 2, "both wait", 10)
    surplus, seconds = post("wait=30").result()
    assert surplus.status_code == 202
    assert not surplus.has_header("Preference-Applied")
    assert seconds < 1
    carry_out(next_order())
    assert [wait.result()[0].status_code for wait in waits] == [201, 201]
    assert waiting._waiters._number == 0


def test_a_place_is_given_back_when_the_time_is_up(post, settings):
    settings.INGEST_WAITERS = 1
    assert [post("wait=1").result()[0]["Preference-Applied"] for _ in range(2)] == ["wait=1", "wait=1"]


def test_nobody_waits_if_no_request_may(post, settings):
    settings.INGEST_WAITERS = 0
    answer, seconds = post("wait=30").result()
    assert answer.status_code == 202
    assert seconds < 1


def test_a_post_during_a_run_waits_for_the_run_with_its_own_fields(post, cube_path):
    queue.post_order(cube_path, {})
    running = next_order()
    waits = post("wait=30", {"oid": "another"})
    wait_until(lambda: WorkOrder.objects.get().next_request is not None, "it is posted", 10)
    carry_out(running)
    assert WorkOrder.objects.get().status == "queued"
    time.sleep(0.3)
    assert not waits.done()
    carry_out(next_order())
    answer, _ = waits.result()
    assert (answer.status_code, answer.json()["oid"]) == (201, "another")


def test_an_order_that_is_tried_again_is_waited_for(post):
    waits = post("wait=30")
    queue.hand_back(next_order(), "The storage does not answer.", interrupted=True)
    time.sleep(0.3)
    assert not waits.done()
    carry_out(next_order())
    assert waits.result()[0].status_code == 201


def test_an_order_that_a_worker_is_still_at_is_answered_as_started(post):
    waits = post("wait=1")
    order = next_order()
    answer, _ = waits.result()
    assert (answer.status_code, answer.json()["status"]) == (202, "started")
    assert answer.json()["started_at"]
    queue.fail(order, "Enough.")


def test_an_order_that_is_deleted_meanwhile_is_answered_as_accepted(post):
    waits = post("wait=1")
    wait_until(lambda: WorkOrder.objects.exists(), "the order is there", 10)
    WorkOrder.objects.all().delete()
    assert waits.result()[0].status_code == 202


def test_the_wait_goes_on_when_the_database_comes_back(post, monkeypatch):
    look, failures = waiting.unique_row, []

    def broken(*what: object, **unique: int) -> WorkOrder | None:
        if len(failures) < 2:
            failures.append(unique)
            raise OperationalError("server closed the connection unexpectedly")
        return look(*what, **unique)

    monkeypatch.setattr(waiting, "unique_row", broken)
    waits = post("wait=30")
    carry_out(next_order())
    assert waits.result()[0].status_code == 201
    assert len(failures) == 2


def test_a_database_that_stays_away_leaves_the_order_accepted(post, monkeypatch):
    def broken(*what: object, **unique: int) -> WorkOrder | None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(waiting, "unique_row", broken)
    answer, seconds = post("wait=1").result()
    assert answer.status_code == 202
    assert seconds < 3


def test_a_client_that_goes_away_frees_its_place_at_once(post, monkeypatch):
    server, client = socket.socketpair()
    waits = post("wait=30", **{"gunicorn.socket": server})
    wait_until(lambda: waiting._waiters._number == 1, "it waits", 10)
    client.close()
    answer, seconds = waits.result(timeout=10)
    assert answer.status_code == 202
    assert seconds < 5
    assert waiting._waiters._number == 0
    server.close()


def test_no_transaction_is_open_during_a_wait(post):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does not show the transactions of others.")
    waits = post("wait=30")
    wait_until(lambda: waiting._waiters._number == 1, "it waits", 10)
    states = set()
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            states |= {state for (state,) in cursor.fetchall()}
        time.sleep(0.005)
    carry_out(next_order())
    assert waits.result()[0].status_code == 201
    assert "idle" in states
    assert states <= {"idle", "active"}


def test_the_answer_comes_soon_after_the_end(post):
    waits = post("wait=30")
    order = next_order()
    carry_out(order)
    ended = time.monotonic()
    waits.result()
    assert time.monotonic() - ended < 0.5
