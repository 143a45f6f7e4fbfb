"""Puts orders into the queue, and takes them out before a worker claims them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.rows import add_row, unique_row, update_row
from workorders.models import INSTRUCTIONS, QUEUED_STATE, WorkOrder, WorkOrderRun, ended, merge_requests

Status = WorkOrder.Status


def post_order(relative_path: str, request: dict[str, Any]) -> WorkOrder:
    """Queue the cube at a path.

    A queued order keeps its place and gets the new request. A started order is queued again when its run ends. An order
    that has ended, or waits for a later attempt, is queued at the end.

    Parameters
    ----------
    relative_path
        The cube's path below the science data folder, already checked.
    request
        The other fields of an `IngestRequest`, only those that were given.
    """
    [order] = post_orders([(relative_path, request)])
    return order


def post_orders(requests: Sequence[tuple[str, dict[str, Any]]]) -> list[WorkOrder]:
    """Queue the cubes at some hundreds of paths, as `post_order` does, in a few statements.

    Parameters
    ----------
    requests
        Each with the parameters of `post_order`. Requests of the same path take effect in the order of the list.

    Returns
    -------
    list
        The order of each request, in the order of the list.
    """
    merged: dict[str, dict[str, Any]] = {}
    for path, request in requests:
        merged[path] = merge_requests(merged.get(path, {}), request)
    orders = {order.relative_path: order for order in _take_requests(merged, lambda _order, request: request)}
    return [orders[path] for path, _ in requests]


def requeue(paths: Iterable[str], instructions: dict[str, Any] | None = None) -> list[WorkOrder]:
    """Queue some hundreds of paths again as they were last posted, in a few statements.

    Grants of earlier requests are not repeated.

    Parameters
    ----------
    paths
        The cubes' paths below the science data folder.
    instructions
        Those fields of an `IngestRequest` that are new: what is to be forced or granted.
    """
    requests = dict.fromkeys(paths, instructions or {})
    return _take_requests(requests, lambda order, request: standing(order) | request)


def _take_requests(
    requests: Mapping[str, dict[str, Any]], complete: Callable[[WorkOrder, dict[str, Any]], dict[str, Any]]
) -> list[WorkOrder]:
    """Create the missing orders of some paths, and give the others their requests, each completed for its order."""
    now = timezone.now()
    with transaction.atomic():
        orders = _several(requests, now) if len(requests) > 1 else [_one(*item, now) for item in requests.items()]
        changed = []
        for order in orders:
            request = requests[order.relative_path]
            if order.created_at == now and order.request == request:
                continue
            before = _state(order)
            _take_request(order, complete(order, request), now)
            if _state(order) != before:
                changed.append(order)
        _write(changed)
    return orders


def _one(path: str, request: dict[str, Any], now: datetime) -> WorkOrder:
    """Return the order of a path, locked, with its run. It is looked for first, as most paths are posted again."""
    while True:
        order = unique_row(WorkOrder, "run", relative_path=path, locked=True)
        if order:
            return order
        order = WorkOrder(relative_path=path, request=request, created_at=now, queued_at=now)
        if add_row(order):
            return order


def _several(requests: Mapping[str, dict[str, Any]], now: datetime) -> list[WorkOrder]:
    """Return the orders of some paths, locked, with their runs.

    Those that are missing are created before any is locked. So all callers create and lock in the same order, which
    prevents deadlocks.
    """
    WorkOrder.objects.bulk_create(
        [
            WorkOrder(relative_path=path, request=request, created_at=now, queued_at=now)
            for path, request in sorted(requests.items(), key=itemgetter(0))
        ],
        ignore_conflicts=True,
    )
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("run")
    return list(locked.filter(relative_path__in=requests).order_by("relative_path"))


def _write(orders: list[WorkOrder]) -> None:
    """Write what changes when orders are queued."""
    if len(orders) == 1:
        update_row(orders[0], QUEUED_STATE)
    elif orders:
        WorkOrder.objects.bulk_create(
            orders, update_conflicts=True, unique_fields=["relative_path"], update_fields=QUEUED_STATE
        )


def _state(order: WorkOrder) -> list[Any]:
    return [getattr(order, name) for name in QUEUED_STATE]


def cancel(order_ids: list[int]) -> int:
    """Cancel those of some hundreds of orders that are queued, in a few statements, and return their number.

    Their pending instructions are dropped for good. Started orders continue.
    """
    now = timezone.now()
    with transaction.atomic():
        orders = WorkOrder.objects.select_for_update().filter(pk__in=order_ids, status=Status.QUEUED)
        runs = WorkOrderRun.objects.bulk_create(
            WorkOrderRun(
                order=order,
                status=WorkOrderRun.Status.CANCELLED,
                request=order.request,
                started_at=now,
                finished_at=now,
                error="Cancelled before a worker took it.",
            )
            for order in orders.order_by("relative_path")
        )
        for run in runs:
            run.order.status, run.order.run = Status.CANCELLED, run
            run.order.request = standing(run.order)
        WorkOrder.objects.bulk_update([run.order for run in runs], ["status", "run", "request"])
        ended.send(WorkOrderRun, runs=runs)
    return len(runs)


def dismiss(order_ids: list[int]) -> int:
    """Dismiss those of some orders that failed, and return the number of newly dismissed ones."""
    failed = WorkOrder.objects.filter(pk__in=order_ids, status=Status.FAILED, dismissed_at=None)
    return failed.update(dismissed_at=timezone.now())


def _take_request(order: WorkOrder, request: dict[str, Any], now: datetime) -> None:
    """Give a locked order a new request, as its status requires."""
    if order.status == Status.STARTED:
        order.next_request = merge_requests(order.next_request or {}, request)
    elif order.status == Status.QUEUED and order.queued_at <= now:
        order.request = merge_requests(order.request, request)
    else:
        waiting = {} if order.status == Status.COMPLETED else order.request
        order.queue_again(merge_requests(waiting, request), now)


def standing(order: WorkOrder) -> dict[str, Any]:
    """Return the part of an order's last request that describes the file; later ingestions use it too."""
    last = order.request if order.next_request is None else order.next_request
    return {name: value for name, value in last.items() if name not in INSTRUCTIONS}
