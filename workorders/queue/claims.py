"""Claims the next order for a worker. Rows that another worker is claiming are skipped, so none is claimed twice."""

import logging

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from workorders.error_kinds import error_kind
from workorders.models import WorkOrder, WorkOrderRun, ended, merge_requests
from workorders.queue.leases import lease_end, without_callback

logger = logging.getLogger(__name__)

Status = WorkOrder.Status

# A claim lost in a database crash is simply repeated: the stale run cannot write, because it no longer owns the order.
# So a claim need not wait for the disk.
_CLAIM_QUEUED = """
WITH due AS (
    SELECT id, request, attempts + 1 AS attempt
    FROM workorders_workorder
    WHERE status = 'queued' AND queued_at <= %(now)s AND NOT EXISTS (
        SELECT 1 FROM workorders_workorder WHERE status = 'started' AND lease_expires_at < %(now)s
    )
    ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
), run AS (
    INSERT INTO workorders_workorderrun
        (order_id, attempt, request, status, worker, started_at, oid, checksum, checksum_status, steps, warnings, error)
    SELECT id, attempt, request, 'started', %(worker)s, %(now)s, '', '', '', '[]', '[]', ''
    FROM due WHERE attempt <= %(most)s
    RETURNING id, order_id, attempt
)
UPDATE workorders_workorder AS claimed
SET status = 'started', attempts = run.attempt, run_id = run.id, lease_expires_at = %(lease_end)s
FROM run WHERE claimed.id = run.order_id
RETURNING claimed.*, set_config('synchronous_commit', 'off', true)
"""

_IS_ANY_DUE = """
SELECT EXISTS (SELECT 1 FROM workorders_workorder WHERE status = 'queued' AND queued_at <= %(now)s)
OR EXISTS (SELECT 1 FROM workorders_workorder WHERE status = 'started' AND lease_expires_at < %(now)s)
"""


def claim(worker: str, *, order_id: int | None = None) -> WorkOrder | None:
    """Claim the next order and return it; None if no order is due.

    Orders with an expired lease come first, then the oldest queued order.

    Parameters
    ----------
    worker
        Who claims, for the history.
    order_id
        Take only this order, if it is due.
    """
    if connection.vendor == "postgresql" and not order_id:
        order = _claim_queued(worker)
        if order or not _is_any_due():
            return order
    while True:
        with transaction.atomic():
            order = _next_due(order_id)
            if not order:
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


def due_orders() -> QuerySet[WorkOrder]:
    """Return the queued orders whose time has come."""
    return WorkOrder.objects.filter(status=Status.QUEUED, queued_at__lte=timezone.now())


def expired_orders() -> QuerySet[WorkOrder]:
    """Return the started orders whose lease has expired."""
    return WorkOrder.objects.filter(status=Status.STARTED, lease_expires_at__lt=timezone.now())


def _claim_queued(worker: str) -> WorkOrder | None:
    """Claim the oldest queued order in a single statement, unless a lease has expired or the order is to be given up.

    Nearly all claims are of this kind, and workers wait for them.
    """
    now = timezone.now()
    values = {"now": now, "lease_end": lease_end(now), "worker": worker, "most": settings.ORDER_MAX_ATTEMPTS}
    order = next(iter(WorkOrder.objects.raw(_CLAIM_QUEUED, values)), None)
    if order:
        run = {"attempt": order.attempts, "worker": worker, "request": order.request, "started_at": now}
        order.run = WorkOrderRun(id=order.run_id, order=order, **run)
    return order


def _is_any_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_ANY_DUE, {"now": timezone.now()})
        return bool(cursor.fetchone()[0])


def _next_due(order_id: int | None) -> WorkOrder | None:
    for orders in (expired_orders().order_by("lease_expires_at"), due_orders().order_by("queued_at", "id")):
        if order_id is not None:
            orders = orders.filter(pk=order_id)
        if connection.features.has_select_for_update_skip_locked:
            orders = orders.select_for_update(skip_locked=True)
        order = orders.first()
        if order:
            return order
    return None


def _start(order: WorkOrder, worker: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")
    now = timezone.now()
    order.attempts += 1
    order.run = WorkOrderRun.objects.create(
        order=order, attempt=order.attempts, worker=worker, request=order.request, started_at=now
    )
    order.status, order.lease_expires_at = Status.STARTED, lease_end(now)
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
    order.request = without_callback(order.request)
    order.save()
    ended.send(WorkOrderRun, runs=[order.run])
