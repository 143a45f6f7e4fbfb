"""Orders that workers hold: claimed, kept by a lease, completed, failed, or handed back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from datacubes.steps.base import StepResult
from workorders.error_kinds import error_kind
from workorders.models import CALLBACK, WorkOrder, WorkOrderRun, ended, merge_requests

if TYPE_CHECKING:
    from ingestion.conductor import IngestResult

logger = logging.getLogger(__name__)

Status = WorkOrder.Status


class LeaseLost(Exception):
    """The run no longer owns the order: its lease expired, and another worker has claimed the order."""


def claim(worker: str, *, order_id: int | None = None) -> WorkOrder | None:
    """Claim the next order and return it; None if no order is due.

    Orders with an expired lease come first, then the oldest queued order. Rows that another worker is claiming are
    skipped, so that two workers never claim the same order.

    Parameters
    ----------
    worker
        Who claims, for the history.
    order_id
        Take only this order, if it is due.
    """
    while True:
        with transaction.atomic():
            order = _next_due(order_id)
            if order is None:
                return None
            if order.status == Status.STARTED:
                _end_lost_run(order)
            if order.attempts < settings.ORDER_MAX_ATTEMPTS:
                _start(order, worker)
                return order
            _give_up(order)
        logger.error("order %s (%s) failed: %s", order.pk, order.relative_path, order.latest_run.error)
        if order_id is not None:
            return None


def renew_lease(order: WorkOrder, steps: list[dict[str, Any]] | None = None) -> None:
    """Prolong the lease of the run that `order` holds, and show the steps that it has done so far.

    Raises
    ------
    LeaseLost
        If another worker has taken the order over.
    """
    mine = WorkOrder.objects.filter(
        pk=order.pk, run_id=order.run_id, run__started_at=order.latest_run.started_at, status=Status.STARTED
    )
    if not mine.update(lease_expires_at=_lease_end(timezone.now())):
        raise LeaseLost(f"order {order.pk} was taken over during run {order.run_id}")
    if steps:
        WorkOrderRun.objects.filter(pk=order.latest_run.pk, status=WorkOrderRun.Status.STARTED).update(steps=steps)


@contextmanager
def own_order(order: WorkOrder) -> Iterator[WorkOrder]:
    """Open the transaction that ends a run, and yield the order's row, locked, to be completed in it.

    Raises
    ------
    LeaseLost
        If another worker has taken the order over; the block does not run.
    """
    with transaction.atomic():
        yield _lock_own(order)


def complete(order: WorkOrder, result: "IngestResult") -> None:
    """Complete an order of `own_order` and store the result of its run."""
    order.oid = result.oid
    run = _end_run(
        order,
        WorkOrderRun.Status.COMPLETED,
        oid=result.oid,
        checksum=result.checksum or "",
        checksum_status=result.checksum_status,
        steps=[step_as_json(step) for step in result.steps],
        warnings=result.warnings,
    )
    _end_order(order, Status.COMPLETED, leftover={})
    ended.send(WorkOrderRun, runs=[run])


def step_as_json(step: StepResult) -> dict[str, Any]:
    """Return the result of a step as runs hold it."""
    return {"name": step.name, "outcome": step.outcome, "reason": step.reason, "seconds": round(step.seconds, 6)}


def fail(order: WorkOrder, error: str) -> None:
    """Fail the order, with a sentence that gives the reason.

    Raises
    ------
    LeaseLost
        If another worker has taken the order over; nothing has changed.
    """
    with own_order(order) as current:
        _fail(current, error)


def hand_back(order: WorkOrder, error: str, *, interrupted: bool = False) -> bool:
    """Queue the order for a later attempt, or fail it after the last one; return whether it will be tried again.

    Parameters
    ----------
    order
        The order as it was claimed.
    error
        A sentence that gives the reason, for the history.
    interrupted
        Whether the run was interrupted for a reason outside the cube, such as a shutdown. The attempt then does not
        count, and the order keeps its place in the queue.

    Raises
    ------
    LeaseLost
        If another worker has taken the order over; nothing has changed.
    """
    with own_order(order) as current:
        if current.next_request is not None:
            _end_run(current, WorkOrderRun.Status.HANDED_BACK, error=error)
            _end_order(current, Status.QUEUED, leftover=current.request)
            return True
        if not interrupted and current.attempts >= settings.ORDER_MAX_ATTEMPTS:
            _fail(current, f"{error} Given up after {current.attempts} attempts.")
            return False
        _end_run(current, WorkOrderRun.Status.HANDED_BACK, error=error)
        current.status, current.lease_expires_at = Status.QUEUED, None
        if interrupted:
            current.attempts -= 1
        else:
            current.queued_at = timezone.now() + _retry_delay(current.attempts)
        current.save()
        return True


def _retry_delay(attempts: int) -> timedelta:
    """Return the delay before the next attempt. It grows fourfold with each attempt, up to an hour."""
    return timedelta(seconds=min(settings.ORDER_RETRY_SECONDS * 4 ** (attempts - 1), 3600))


def due_orders() -> QuerySet[WorkOrder]:
    """Return the queued orders whose time has come."""
    return WorkOrder.objects.filter(status=Status.QUEUED, queued_at__lte=timezone.now())


def expired_orders() -> QuerySet[WorkOrder]:
    """Return the started orders whose lease has expired."""
    return WorkOrder.objects.filter(status=Status.STARTED, lease_expires_at__lt=timezone.now())


def _next_due(order_id: int | None) -> WorkOrder | None:
    for orders in (expired_orders().order_by("lease_expires_at"), due_orders().order_by("queued_at", "id")):
        if order_id is not None:
            orders = orders.filter(pk=order_id)
        if connection.features.has_select_for_update_skip_locked:
            orders = orders.select_for_update(skip_locked=True)
        order = orders.first()
        if order is not None:
            return order
    return None


def _start(order: WorkOrder, worker: str) -> None:
    # A claim lost in a database crash is simply repeated: the stale run cannot write, because it no longer owns the
    # order. So the claim need not wait for the disk.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")
    now = timezone.now()
    order.attempts += 1
    order.run = WorkOrderRun.objects.create(
        order=order, attempt=order.attempts, worker=worker, request=order.request, started_at=now
    )
    order.status, order.lease_expires_at = Status.STARTED, _lease_end(now)
    order.save(update_fields=["attempts", "run", "status", "lease_expires_at", "request", "next_request"])


def _end_lost_run(order: WorkOrder) -> None:
    if order.run_id is not None:
        WorkOrderRun.objects.filter(pk=order.run_id).update(
            status=WorkOrderRun.Status.LOST,
            finished_at=timezone.now(),
            error="The worker died, or was too slow to keep its lease.",
        )
    if order.next_request is not None:
        order.queue_again(merge_requests(order.request, order.next_request), timezone.now())


def _give_up(order: WorkOrder) -> None:
    now = timezone.now()
    last_error = order.run.error if order.run else "Its last run is not recorded."
    order.run = WorkOrderRun.objects.create(
        order=order,
        status=WorkOrderRun.Status.FAILED,
        attempt=order.attempts,
        request=order.request,
        started_at=now,
        finished_at=now,
        error=(
            f"{last_error} Given up after {order.attempts} attempts. "
            "Look at the cube and at the workers' memory and time limits, then post it again."
        ),
    )
    order.status, order.lease_expires_at = Status.FAILED, None
    order.error_kind = error_kind(order.run.error)
    order.request = _without_callback(order.request)
    order.save()
    ended.send(WorkOrderRun, runs=[order.run])


def _lock_own(order: WorkOrder) -> WorkOrder:
    current = WorkOrder.objects.select_for_update(of=("self",)).select_related("run").get(pk=order.pk)
    # If a crash of the database lost the claim, a later run can have the same id.
    is_own = current.run_id == order.run_id and current.latest_run.started_at == order.latest_run.started_at
    if current.status != Status.STARTED or not is_own:
        raise LeaseLost(f"order {order.pk} was taken over during run {order.run_id}")
    return current


def _fail(order: WorkOrder, error: str) -> None:
    run = _end_run(order, WorkOrderRun.Status.FAILED, error=error)
    order.error_kind = error_kind(error)
    _end_order(order, Status.FAILED, leftover=order.request)
    ended.send(WorkOrderRun, runs=[run])


def _end_run(order: WorkOrder, status: WorkOrderRun.Status, **values: Any) -> WorkOrderRun:
    """Store how a run ended, and return it with its order."""
    run, values = order.latest_run, {"status": status, "finished_at": timezone.now(), **values}
    WorkOrderRun.objects.filter(pk=run.pk).update(**values)
    run.order = order
    for name, value in values.items():
        setattr(run, name, value)
    return run


def _end_order(order: WorkOrder, status: WorkOrder.Status, leftover: dict[str, Any]) -> None:
    """End an order; if it was posted during the run, queue it again with that request and the leftover instructions."""
    order.status, order.lease_expires_at = status, None
    if order.next_request is not None:
        order.queue_again(merge_requests(leftover, order.next_request), timezone.now())
    elif order.has_ended:
        order.request = _without_callback(order.request)
    order.save()


def _without_callback(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request without its callback, which is told of one end only."""
    return {name: value for name, value in request.items() if name not in CALLBACK}


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.ORDER_LEASE_SECONDS)
