"""The state of the queue in a few numbers, at a cost with a bound: for the admin's front page and for monitoring."""

from datetime import datetime, timedelta

from django.utils import timezone

from common.counting import Count, count
from workorders.models import WorkOrder, WorkOrderRun
from workorders.queue import due_orders, expired_orders


def orders_by_status() -> dict[WorkOrder.Status, Count]:
    """Return how many orders there are of each status."""
    return {status: count_orders(status) for status in WorkOrder.Status}


def count_orders(status: WorkOrder.Status) -> Count:
    """Return how many orders there are of a status."""
    return count(WorkOrder.objects.filter(status=status))


def oldest_waiting_since() -> datetime | None:
    """Return since when the oldest order waits that a worker could take now; None if none waits.

    One whose worker is gone waits since its lease has expired.
    """
    queued = due_orders().order_by("queued_at", "id").values_list("queued_at", flat=True).first()
    lost = expired_orders().order_by("lease_expires_at").values_list("lease_expires_at", flat=True).first()
    return min((since for since in (queued, lost) if since is not None), default=None)


def is_a_worker_at_work() -> bool:
    """Return whether a worker is processing an order under a lease that has not expired."""
    return WorkOrder.objects.filter(status=WorkOrder.Status.STARTED, lease_expires_at__gte=timezone.now()).exists()


def count_ended_runs(status: WorkOrderRun.Status, within: timedelta) -> Count:
    """Return how many runs have ended in a way within the last hours or days."""
    return count(WorkOrderRun.objects.filter(status=status, finished_at__gte=timezone.now() - within))
