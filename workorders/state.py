"""The state of the queue in a few numbers, at a cost with a bound: for the admin's front page and for monitoring."""

from datetime import datetime, timedelta

from django.utils import timezone

from datacubes.counting import Count, count
from workorders.models import WorkOrder, WorkOrderRun
from workorders.queue import due_orders


def orders_by_status() -> dict[WorkOrder.Status, Count]:
    """Return how many orders there are of each status."""
    return {status: count_orders(status) for status in WorkOrder.Status}


def count_orders(status: WorkOrder.Status) -> Count:
    """Return how many orders there are of a status."""
    return count(WorkOrder.objects.filter(status=status))


def oldest_waiting_since() -> datetime | None:
    """Return since when the oldest order waits that a worker could take now; None if none waits."""
    return due_orders().order_by("queued_at", "id").values_list("queued_at", flat=True).first()


def count_ended_runs(status: WorkOrderRun.Status, within: timedelta) -> Count:
    """Return how many runs have ended in a way within the last hours or days."""
    return count(WorkOrderRun.objects.filter(status=status, finished_at__gte=timezone.now() - within))
