"""A worker that lost its lease changes nothing."""

import time

import pytest

from datacubes.models import DataCube
from datacubes.steps.base import Outcome, StepResult
from devtools.services import wait_until
from ingestion.conductor import read_cube, write_cube
from workorders import queue
from workorders.models import WorkOrder, WorkOrderRun
from workorders.worker import LeaseKeeper, carry_out

pytestmark = pytest.mark.django_db


def test_a_lease_is_renewed():
    queue.post_order("a.fits", {})
    order = queue.claim("w")
    before = WorkOrder.objects.get().lease_expires_at
    queue.renew_lease(order)
    assert WorkOrder.objects.get().lease_expires_at > before


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_work_goes_on(settings):
    settings.ORDER_LEASE_SECONDS = 0.6
    queue.post_order("a.fits", {})
    order = queue.claim("w")
    with LeaseKeeper(order):
        time.sleep(1.2)
        assert queue.claim("other") is None
    time.sleep(0.7)
    assert queue.claim("other").pk == order.pk


@pytest.mark.django_db(transaction=True)
def test_a_long_run_shows_the_steps_that_it_has_done(settings):
    settings.ORDER_LEASE_SECONDS = 0.6
    queue.post_order("a.fits", {})
    order = queue.claim("w")
    with LeaseKeeper(order) as keeper:
        keeper.note(StepResult("data_cube", Outcome.READ, seconds=0.5))
        wait_until(lambda: WorkOrder.objects.get().latest_run.steps, "the step is shown", 10)
    [step] = WorkOrder.objects.get().latest_run.steps
    assert step == {"name": "data_cube", "outcome": "read", "reason": "", "seconds": 0.5}


def complete(order: WorkOrder) -> None:
    with queue.own_order(order):
        pytest.fail("wrote")


def fail(order: WorkOrder) -> None:
    queue.fail(order, "error")


def hand_back(order: WorkOrder) -> None:
    queue.hand_back(order, "error")


@pytest.mark.parametrize("end", [complete, fail, hand_back, queue.renew_lease])
def test_a_run_that_was_taken_over_cannot_change_the_order(end, expire_lease):
    order = queue.post_order("a.fits", {})
    slow = queue.claim("slow")
    expire_lease(order)
    other = queue.claim("other")
    with pytest.raises(queue.LeaseLost):
        end(slow)
    current = WorkOrder.objects.get()
    assert (current.status, current.run_id) == ("started", other.run_id)


def test_a_run_that_was_taken_over_leaves_no_rows_of_the_cube(cube_path, expire_lease):
    order = queue.post_order(cube_path, {})
    slow = queue.claim("slow")
    reading = read_cube(slow.as_ingest_request())
    expire_lease(order)
    other = queue.claim("other")
    with pytest.raises(queue.LeaseLost), queue.own_order(slow) as current:
        queue.complete(current, write_cube(reading))
    assert not DataCube.objects.exists()
    carry_out(other)
    assert DataCube.objects.count() == 1
    assert [run.status for run in order.runs.order_by("id")] == ["lost", "completed"]


def test_a_run_that_was_taken_over_and_completed_by_another_ends_quietly(cube_path, expire_lease):
    order = queue.post_order(cube_path, {})
    slow = queue.claim("slow")
    expire_lease(order)
    carry_out(queue.claim("other"))
    carry_out(slow)
    assert [run.status for run in order.runs.order_by("id")] == ["lost", "completed"]


def test_a_run_whose_id_was_given_to_a_later_one_cannot_change_the_order(cube_path):
    """So it is after a crash of PostgreSQL, which need not keep a claim, nor that its id was taken."""
    order = queue.post_order(cube_path, {})
    forgotten = queue.claim("forgotten")
    WorkOrder.objects.filter(pk=order.pk).update(status="queued", run=None)
    WorkOrderRun.objects.all().delete()
    later = queue.claim("later")
    WorkOrder.objects.filter(pk=order.pk).update(run=None)
    WorkOrderRun.objects.filter(id=later.run_id).update(id=forgotten.run_id)
    WorkOrder.objects.filter(pk=order.pk).update(run=forgotten.run_id)
    later.run_id = forgotten.run_id
    for ending, arguments in {"renew_lease": [], "fail": ["error"], "hand_back": ["error"]}.items():
        with pytest.raises(queue.LeaseLost):
            getattr(queue, ending)(forgotten, *arguments)
    queue.renew_lease(later)
    carry_out(later)
    assert [run.status for run in order.runs.all()] == ["completed"]
