"""Permanent failures end an order at once; transient ones are tried again with growing delays."""

import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from common.errors import TransientError
from datacubes.models import DataCube, ImagePreview, VideoPreview
from workorders import queue, worker
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def run_next() -> WorkOrder:
    worker.carry_out(queue.claim("w"))
    return WorkOrder.objects.get()


def make_due() -> None:
    WorkOrder.objects.update(queued_at=timezone.now())


def test_a_file_that_is_no_cube_fails_at_once_with_a_sentence(data_root):
    (data_root / "a.fits").write_bytes(b"hello" * 1000)
    queue.post_order("a.fits", {})
    order = run_next()
    assert order.status == "failed"
    assert "not a FITS file" in order.run.error
    assert not DataCube.objects.exists()


def test_a_file_that_has_vanished_since_it_was_posted_fails_saying_so(cube_path, data_root):
    queue.post_order(cube_path, {})
    (data_root / cube_path).unlink()
    order = run_next()
    assert order.status == "queued"
    assert "no file" in order.run.error


def test_a_transient_failure_is_tried_again_later_and_later(monkeypatch, settings, cube_path):
    settings.ORDER_RETRY_SECONDS = 10
    monkeypatch.setattr(worker, "read_cube", fails_with(TransientError("The disk is away.")))
    queue.post_order(cube_path, {})
    delays = []
    for _ in range(4):
        order = run_next()
        delays.append(round((order.queued_at - timezone.now()).total_seconds()))
        make_due()
    assert order.status == "queued"
    assert delays == [10, 40, 160, 640]


def test_after_the_last_attempt_it_is_failed_with_the_reason(monkeypatch, settings, cube_path):
    settings.ORDER_MAX_ATTEMPTS = 2
    monkeypatch.setattr(worker, "read_cube", fails_with(TransientError("The disk is away.")))
    queue.post_order(cube_path, {})
    run_next()
    make_due()
    order = run_next()
    assert order.status == "failed"
    assert order.run.error == "The disk is away. Given up after 2 attempts."
    assert [run.status for run in order.runs.order_by("id")] == ["handed_back", "failed"]


def test_an_order_that_failed_for_a_while_is_completed_in_the_end(monkeypatch, cube_path):
    with monkeypatch.context() as patch:
        patch.setattr(worker, "read_cube", fails_with(OperationalError("deadlock detected\n")))
        patch.setattr(worker.connection, "close", lambda: None)  # The test's transaction must survive.
        queue.post_order(cube_path, {})
        assert run_next().run.error == "The database gave an error: deadlock detected."
    make_due()
    assert run_next().status == "completed"


def files_and_their_rows(media_root: Path) -> tuple[set[str], set[str]]:
    """The files of previews that are there, and those that rows name."""
    images = ImagePreview.objects.values_list("file", flat=True)
    return (
        {str(path.relative_to(media_root)) for path in media_root.rglob("*") if path.is_file()},
        set(images).union(*VideoPreview.objects.values_list("file", "poster")),
    )


@pytest.mark.parametrize("act", ["_end_run", "_end_order"])
def test_a_failure_after_the_rows_and_before_the_commit_leaves_no_files(monkeypatch, settings, cube_path, act):
    really_act = getattr(queue.leases, act)

    def fail_to_complete(order: WorkOrder, status: str, **values: object) -> None:
        if status == "completed":
            assert DataCube.objects.exists()
            raise OperationalError("could not extend file: No space left on device")
        really_act(order, status, **values)

    queue.post_order(cube_path, {})
    with monkeypatch.context() as patch:
        patch.setattr(queue.leases, act, fail_to_complete)
        patch.setattr(worker.connection, "close", lambda: None)  # The test's transaction must survive.
        order = run_next()
    assert (order.status, DataCube.objects.count()) == ("queued", 0)
    assert "No space left" in order.run.error
    assert files_and_their_rows(settings.MEDIA_ROOT) == (set(), set())
    make_due()
    assert run_next().status == "completed"
    files, named = files_and_their_rows(settings.MEDIA_ROOT)
    assert files == named != set()


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_is_lost_leaves_the_files_that_its_rows_name(monkeypatch, settings, cube_path):
    queue.post_order(cube_path, {})
    order = queue.claim("w")
    really_commit = connection.commit
    with monkeypatch.context() as patch:

        def commit_and_lose_the_answer() -> None:
            patch.undo()
            really_commit()
            raise OperationalError("server closed the connection unexpectedly")

        patch.setattr(connection, "commit", commit_and_lose_the_answer)
        worker.carry_out(order)
    assert WorkOrder.objects.get().status == "completed"
    files, named = files_and_their_rows(settings.MEDIA_ROOT)
    assert files == named != set()


@pytest.mark.parametrize("error", [MemoryError(), OSError(5, "Input/output error"), worker.OutOfTime()])
def test_what_may_pass_is_tried_again(monkeypatch, cube_path, error):
    monkeypatch.setattr(worker, "read_cube", fails_with(error))
    queue.post_order(cube_path, {})
    order = run_next()
    assert order.status == "queued"
    assert order.queued_at > timezone.now() + timedelta(seconds=1)
    assert order.run.error


def test_a_time_limit_reaches_through_what_takes_any_exception_for_damage(monkeypatch, settings, cube_path):
    def reads_for_ever(request, on_step: object) -> None:
        while True:
            with suppress(Exception):
                time.sleep(0.01)

    settings.ORDER_TIME_LIMIT_SECONDS = 0.1
    monkeypatch.setattr(worker, "read_cube", reads_for_ever)
    queue.post_order(cube_path, {})
    order = run_next()
    assert order.status == "queued"
    assert order.run.error == "The ingestion took longer than 0.1 s."


def test_a_worker_that_is_asked_to_end_hands_its_order_back(monkeypatch, cube_path):
    monkeypatch.setattr(worker, "read_cube", fails_with(SystemExit(1)))
    queue.post_order(cube_path, {})
    with pytest.raises(SystemExit):
        run_next()
    order = WorkOrder.objects.get()
    assert (order.status, order.run.status) == ("queued", "handed_back")
    assert order.run.error == "The worker was asked to end."


def test_a_worker_that_is_asked_to_end_while_it_claims_hands_its_order_back(monkeypatch, cube_path):
    def end(number: int, frame: object) -> None:
        raise SystemExit

    def claim_and_be_asked_to_end(name: str) -> WorkOrder | None:
        order = claim(name)
        signal.raise_signal(signal.SIGTERM)
        return order

    claim, first = queue.claim, queue.post_order(cube_path, {})
    before = signal.signal(signal.SIGTERM, end)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(worker.queue, "claim", claim_and_be_asked_to_end)
            with pytest.raises(SystemExit):
                worker.carry_out_next()
        assert WorkOrder.objects.get(pk=first.pk).run.status == "handed_back"
        assert worker.carry_out_next()
        assert not worker.carry_out_next()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert WorkOrder.objects.get(pk=first.pk).status == "completed"


def test_a_shutdown_costs_an_order_no_attempt_no_wait_and_not_its_place(monkeypatch, settings, cube_path):
    settings.ORDER_MAX_ATTEMPTS = 2
    first = queue.post_order(cube_path, {})
    queue.post_order("later.fits", {})
    with monkeypatch.context() as patch:
        patch.setattr(worker, "read_cube", fails_with(SystemExit(1)))
        for _ in range(3):
            with pytest.raises(SystemExit):
                worker.carry_out(queue.claim("w"))
    order = WorkOrder.objects.get(pk=first.pk)
    assert (order.status, order.attempts) == ("queued", 0)
    assert [run.status for run in order.runs.all()] == ["handed_back"] * 3
    again = queue.claim("w")
    assert (again.pk, again.attempts) == (order.pk, 1)
    worker.carry_out(again)
    assert WorkOrder.objects.get(pk=order.pk).status == "completed"


def test_a_shutdown_queues_what_was_posted_meanwhile(monkeypatch, cube_path):
    def is_ended(*arguments: object) -> None:
        queue.post_order(cube_path, {"oid": "new"})
        raise SystemExit

    monkeypatch.setattr(worker, "read_cube", is_ended)
    queue.post_order(cube_path, {"force": True})
    with pytest.raises(SystemExit):
        run_next()
    order = WorkOrder.objects.get()
    assert (order.status, order.request, order.attempts) == ("queued", {"force": True, "oid": "new"}, 0)


def test_an_error_that_was_not_foreseen_fails_the_order_and_is_logged_whole(monkeypatch, cube_path, caplog):
    monkeypatch.setattr(worker, "read_cube", fails_with(ZeroDivisionError("surprise")))
    queue.post_order(cube_path, {})
    order = run_next()
    assert order.status == "failed"
    assert "ZeroDivisionError: surprise" in order.run.error
    assert "Traceback" in caplog.text


def fails_with(error: BaseException):
    def fail(*arguments: object) -> None:
        raise error

    return fail
