"""The state of the queue in numbers, at bounded cost, for the admin's front page and for monitoring."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from common.counting import Count, count
from workorders.models import WorkOrder, WorkOrderRun
from workorders.queue import due_orders, expired_orders

MOST_GROUPED = 10_000
MOST_CHARTED = 20_000
RATE_WITHIN = timedelta(minutes=10)


def orders_by_state() -> dict[str, Count]:
    """Return the number of orders of each status; dismissed failures have a number of their own."""
    dismissed = WorkOrder.objects.filter(status=WorkOrder.Status.FAILED).exclude(dismissed_at=None)
    return {str(status): count_orders(status) for status in WorkOrder.Status} | {"dismissed": count(dismissed)}


def count_orders(status: WorkOrder.Status) -> Count:
    """Return the number of orders of a status, without dismissed failures."""
    orders = WorkOrder.objects.filter(status=status)
    return count(orders.filter(dismissed_at=None) if status == WorkOrder.Status.FAILED else orders)


def commonest_errors(most: int) -> list[tuple[str, int]]:
    """Return the commonest kinds of error of failed orders that are not dismissed, each with its number of orders.

    Only the latest `MOST_GROUPED` failures count, so that the cost has a bound.
    """
    failed = WorkOrder.objects.filter(status=WorkOrder.Status.FAILED, dismissed_at=None)
    kinds = Counter(failed.order_by("-id").values_list("error_kind", flat=True)[:MOST_GROUPED])
    return kinds.most_common(most)


def oldest_waiting_since() -> datetime | None:
    """Return when the oldest available order was queued, or None.

    For an order of a dead worker, return when its lease expired.
    """
    queued = due_orders().order_by("queued_at", "id").values_list("queued_at", flat=True).first()
    lost = expired_orders().order_by("lease_expires_at").values_list("lease_expires_at", flat=True).first()
    return min((since for since in (queued, lost) if since is not None), default=None)


def something_runs() -> bool:
    """Return whether an order is started, or waits for a worker that could take it now."""
    return WorkOrder.objects.filter(status=WorkOrder.Status.STARTED).exists() or due_orders().exists()


@dataclass(frozen=True)
class Throughput:
    """How fast orders are carried out.

    Attributes
    ----------
    completed
        Completed runs in each part of the period, oldest first.
    is_whole
        Whether all runs of the period were counted, not only the latest `MOST_CHARTED`.
    """

    completed: list[int]
    is_whole: bool


def throughput(period: timedelta, parts: int) -> Throughput:
    """Count the completed runs of the last hours in equal parts of the period, from the latest `MOST_CHARTED` runs."""
    now = timezone.now()
    runs = WorkOrderRun.objects.filter(status=WorkOrderRun.Status.COMPLETED, finished_at__gte=now - period)
    ended = list(runs.order_by("-finished_at").values_list("finished_at", flat=True)[:MOST_CHARTED])
    counts = Counter(int((now - moment) / period * parts) for moment in ended if moment is not None)
    return Throughput([counts[parts - 1 - index] for index in range(parts)], len(ended) < MOST_CHARTED)


def seconds_to_finish() -> float | None:
    """Return the time until the queue is empty at the rate of the last minutes; None if no run has ended in them."""
    recently = WorkOrderRun.objects.filter(
        status__in=[WorkOrderRun.Status.COMPLETED, WorkOrderRun.Status.FAILED],
        finished_at__gte=timezone.now() - RATE_WITHIN,
    )
    ended = count(recently).number
    return count_orders(WorkOrder.Status.QUEUED).number * RATE_WITHIN.total_seconds() / ended if ended else None


def workers_at_work() -> list[str]:
    """Return the names of the workers that process orders under a lease that has not expired."""
    started = WorkOrder.objects.filter(status=WorkOrder.Status.STARTED, lease_expires_at__gte=timezone.now())
    return sorted({worker for worker in started.values_list("run__worker", flat=True)[:MOST_GROUPED] if worker})


def workers_seen(within: timedelta) -> int:
    """Return the number of workers that have ended a run within a period, from its latest `MOST_CHARTED` runs."""
    ended = WorkOrderRun.objects.filter(
        status__in=[WorkOrderRun.Status.COMPLETED, WorkOrderRun.Status.FAILED],
        finished_at__gte=timezone.now() - within,
    )
    workers = ended.order_by("-finished_at").values_list("worker", flat=True)[:MOST_CHARTED]
    return len({worker for worker in workers if worker})


def is_a_worker_at_work() -> bool:
    """Return whether a worker is processing an order under a lease that has not expired."""
    return WorkOrder.objects.filter(status=WorkOrder.Status.STARTED, lease_expires_at__gte=timezone.now()).exists()


def count_ended_runs(status: WorkOrderRun.Status, within: timedelta) -> Count:
    """Return the number of runs that ended with a status within a period."""
    return count(WorkOrderRun.objects.filter(status=status, finished_at__gte=timezone.now() - within))
