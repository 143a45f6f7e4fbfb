"""Orders that workers hold: kept by a lease, completed, failed, or handed back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from common.rows import update_row
from datacubes.steps.base import StepResult
from workorders.error_kinds import error_kind
from workorders.models import CALLBACK, QUEUED_STATE, WorkOrder, WorkOrderRun, ended, merge_requests

if TYPE_CHECKING:
    from ingestion.conductor import IngestResult

logger = logging.getLogger(__name__)

Status = WorkOrder.Status

# If a crash of the database lost the claim, a later run can have the same id.
_SELECT_OWN = """
SELECT held.*
FROM workorders_workorder AS held JOIN workorders_workorderrun AS run ON run.id = held.run_id
WHERE held.id = %s AND held.status = 'started' AND run.id = %s AND run.started_at = %s
"""


class LeaseLost(Exception):
    """The run no longer owns the order: its lease expired, and another worker has claimed the order."""


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
    if not mine.update(lease_expires_at=lease_end(timezone.now())):
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


def _lock_own(order: WorkOrder) -> WorkOrder:
    run = order.latest_run
    lock = "FOR UPDATE OF held" if connection.features.has_select_for_update else ""
    values = [order.pk, run.pk, connection.ops.adapt_datetimefield_value(run.started_at)]
    current = next(iter(WorkOrder.objects.raw(_SELECT_OWN + lock, values)), None)
    if not current:
        raise LeaseLost(f"order {order.pk} was taken over during run {order.run_id}")
    current.run = run
    return current


def _fail(order: WorkOrder, error: str) -> None:
    run = _end_run(order, WorkOrderRun.Status.FAILED, error=error)
    order.error_kind = error_kind(error)
    _end_order(order, Status.FAILED, leftover=order.request)
    ended.send(WorkOrderRun, runs=[run])


def _end_run(order: WorkOrder, status: WorkOrderRun.Status, **values: Any) -> WorkOrderRun:
    """Store how a run ended, and return it with its order."""
    run, values = order.latest_run, {"status": status, "finished_at": timezone.now(), **values}
    run.order = order
    for name, value in values.items():
        setattr(run, name, value)
    update_row(run, values)
    return run


def _end_order(order: WorkOrder, status: WorkOrder.Status, leftover: dict[str, Any]) -> None:
    """End an order; if it was posted during the run, queue it again with that request and the leftover instructions."""
    order.status, order.lease_expires_at = status, None
    if order.next_request is not None:
        order.queue_again(merge_requests(leftover, order.next_request), timezone.now())
    elif order.has_ended:
        order.request = without_callback(order.request)
    update_row(order, (*QUEUED_STATE, "oid"))


def without_callback(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request without its callback, which is told of one end only."""
    return {name: value for name, value in request.items() if name not in CALLBACK}


def lease_end(now: datetime) -> datetime:
    """Return when a lease ends that begins or is renewed now."""
    return now + timedelta(seconds=settings.ORDER_LEASE_SECONDS)
