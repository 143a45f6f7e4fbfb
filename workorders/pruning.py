"""Deletes old runs, so that the history of orders stays bounded."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from workorders.models import WorkOrder, WorkOrderRun

BATCH_SIZE = 1000

_Status = WorkOrderRun.Status


def prune_runs() -> int:
    """Delete the runs that ended before ORDER_RUNS_KEPT_DAYS days, and return how many.

    The last completed and the last failed run of each order stay, and the one that the order shows.
    """
    limit = timezone.now() - timedelta(days=settings.ORDER_RUNS_KEPT_DAYS)
    later = WorkOrderRun.objects.filter(order=OuterRef("order"), status=OuterRef("status"), pk__gt=OuterRef("pk"))
    surplus = (
        WorkOrderRun.objects.filter(finished_at__lt=limit)
        .filter(Q(status__in=[_Status.HANDED_BACK, _Status.LOST]) | Q(Exists(later)))
        .exclude(Exists(WorkOrder.objects.filter(run=OuterRef("pk"))))
        .order_by("finished_at")
    )
    deleted = 0
    while keys := list(surplus.values_list("pk", flat=True)[:BATCH_SIZE]):
        deleted += WorkOrderRun.objects.filter(pk__in=keys).delete()[0]
    return deleted
