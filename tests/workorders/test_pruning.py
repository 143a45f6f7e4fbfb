"""Old runs are deleted, but for what tells how each order ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from workorders import pruning
from workorders.models import WorkOrder, WorkOrderRun
from workorders.tasks import prune_history

pytestmark = pytest.mark.django_db


def add_run(order: WorkOrder, status: str, days: int) -> WorkOrderRun:
    ended = timezone.now() - timedelta(days=days)
    return WorkOrderRun.objects.create(order=order, status=status, started_at=ended, finished_at=ended)


def test_the_last_completed_and_the_last_failed_run_stay(settings, monkeypatch):
    settings.ORDER_RUNS_KEPT_DAYS = 30
    monkeypatch.setattr(pruning, "BATCH_SIZE", 2)
    orders = [WorkOrder.objects.create(relative_path=f"{number}.fits") for number in range(2)]
    kept = set()
    for order in orders:
        for status in ("completed", "failed"):
            runs = [add_run(order, status, days) for days in (400, 300, 200)]
            kept.add(runs[-1].pk)
        for status in ("handed_back", "lost"):
            add_run(order, status, 200)
            kept.add(add_run(order, status, 20).pk)
    shown = add_run(orders[0], "lost", 100)
    WorkOrder.objects.filter(pk=orders[0].pk).update(run=shown)
    kept.add(shown.pk)
    under_way = WorkOrderRun.objects.create(order=orders[1], started_at=timezone.now() - timedelta(days=100))
    assert pruning.prune_runs() == 12
    assert set(WorkOrderRun.objects.values_list("pk", flat=True)) == kept | {under_way.pk}
    assert pruning.prune_runs() == 0


def test_young_runs_stay(settings):
    order = WorkOrder.objects.create(relative_path="a.fits")
    for _ in range(3):
        add_run(order, "completed", settings.ORDER_RUNS_KEPT_DAYS - 1)
    prune_history()
    assert order.runs.count() == 3
