"""Claiming: the oldest order that is due, never two workers on one."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from workorders import queue
from workorders.models import WorkOrder, WorkOrderRun

pytestmark = pytest.mark.django_db


def test_the_oldest_queued_order_is_claimed():
    first, second = queue.post_order("a.fits", {}), queue.post_order("b.fits", {})
    assert queue.claim("w").pk == first.pk
    assert queue.claim("w").pk == second.pk
    assert queue.claim("w") is None


def test_a_claimed_order_is_started_with_a_run_and_a_lease():
    queue.post_order("a.fits", {"force": True})
    order = queue.claim("host:1")
    stored = WorkOrder.objects.get()
    assert (stored.status, stored.attempts, stored.run_id) == ("started", 1, order.run_id)
    assert stored.lease_expires_at > timezone.now()
    assert (stored.run.worker, stored.run.status, stored.run.request) == ("host:1", "started", {"force": True})


def test_an_order_whose_time_has_not_come_is_left():
    order = queue.post_order("a.fits", {})
    WorkOrder.objects.filter(pk=order.pk).update(queued_at=timezone.now() + timedelta(minutes=1))
    assert queue.claim("w") is None


def test_an_order_whose_lease_has_expired_comes_before_queued_ones(expire_lease):
    lost = queue.post_order("a.fits", {})
    queue.claim("dead")
    queue.post_order("b.fits", {})
    expire_lease(lost)
    again = queue.claim("alive")
    assert again.pk == lost.pk
    assert again.attempts == 2
    assert [run.status for run in lost.runs.order_by("id")] == ["lost", "started"]


def test_an_order_whose_lease_holds_is_left():
    queue.post_order("a.fits", {})
    queue.claim("slow")
    assert queue.claim("other") is None


def test_an_order_that_kills_its_workers_is_failed_and_blocks_nobody(settings, expire_lease):
    settings.ORDER_MAX_ATTEMPTS = 3
    deadly, other = queue.post_order("a.fits", {}), queue.post_order("b.fits", {})
    for _ in range(3):
        assert queue.claim("w").pk == deadly.pk
        expire_lease(deadly)
    assert queue.claim("w").pk == other.pk
    deadly.refresh_from_db()
    assert deadly.status == "failed"
    assert deadly.run.error.startswith(
        "The worker died, or was too slow to keep its lease. Given up after 3 attempts. Look at the cube"
    )


def test_an_order_that_was_handed_back_before_its_worker_died_is_failed_with_what_is_true(settings, expire_lease):
    settings.ORDER_MAX_ATTEMPTS = 2
    order = queue.post_order("a.fits", {})
    queue.hand_back(queue.claim("w"), "The disk was away.")
    WorkOrder.objects.update(queued_at=timezone.now())
    queue.claim("w")
    expire_lease(order)
    assert queue.claim("w") is None
    order.refresh_from_db()
    assert order.run.error.startswith("The worker died, or was too slow to keep its lease. Given up after 2 attempts.")


def test_an_order_that_has_had_more_attempts_than_are_allowed_by_now_is_failed_with_its_last_error(settings):
    order = queue.post_order("a.fits", {})
    queue.hand_back(queue.claim("w"), "The disk was away.")
    WorkOrder.objects.update(queued_at=timezone.now())
    settings.ORDER_MAX_ATTEMPTS = 1
    assert queue.claim("w") is None
    order.refresh_from_db()
    assert order.status == "failed"
    assert order.run.error.startswith("The disk was away. Given up after 1 attempts.")


def test_only_the_wanted_order_is_claimed_by_id():
    queue.post_order("a.fits", {})
    wanted = queue.post_order("b.fits", {})
    assert queue.claim("w", order_id=wanted.pk).pk == wanted.pk
    assert queue.claim("w", order_id=wanted.pk) is None


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_never_get_the_same_order():
    for number in range(40):
        queue.post_order(f"{number}.fits", {})
    claimed: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        while (order := queue.claim("w")) is not None:
            claimed.append(order.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 40
    assert len(set(claimed)) == 40


def test_claiming_looks_only_at_what_is_pending():
    ended = [WorkOrder(relative_path=f"{number}.fits", status="completed") for number in range(5000)]
    WorkOrder.objects.bulk_create(ended)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workorders_workorder")
    queued = queue.due_orders().order_by("queued_at", "id")[:1].explain()
    expired = queue.expired_orders().order_by("lease_expires_at")[:1].explain()
    for plan in (queued, expired):
        assert "order_" in plan  # the names of the indexes
        assert "SCAN workorders" not in plan  # SQLite's words for reading a whole table
        assert "Seq Scan" not in plan


def test_a_claim_takes_few_statements(django_assert_max_num_queries):
    queue.post_order("a.fits", {})
    with django_assert_max_num_queries(1 if connection.vendor == "postgresql" else 7):
        queue.claim("w")


def test_a_claimed_order_and_its_run_are_as_the_database_holds_them():
    queue.post_order("a.fits", {"force": True})
    claimed = queue.claim("host:1")
    run = WorkOrderRun.objects.get()
    of_order, of_run = (
        {field.attname: getattr(row, field.attname) for field in type(row)._meta.concrete_fields}
        for row in (claimed, claimed.latest_run)
    )
    assert of_order == WorkOrder.objects.values().get()
    assert of_run == WorkOrderRun.objects.values().get(pk=run.pk)
    assert (run.worker, run.request, run.attempt, run.status) == ("host:1", {"force": True}, 1, "started")
