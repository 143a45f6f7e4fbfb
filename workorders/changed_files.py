"""Queues files that were found changed outside an ingestion."""

from datetime import datetime

from common.wakeups import send_wake_up
from workorders.models import WorkOrder
from workorders.queue import requeue
from workorders.tasks import sweep


def queue_changed_file(relative_path: str, changed_at: datetime) -> bool:
    """Queue the file at a path, unless a run has ended since it changed; return whether an order was pending before.

    A file that cannot be ingested is therefore tried only once, however often people ask for it.
    """
    order = WorkOrder.objects.select_related("run").filter(relative_path=relative_path).first()
    if order is not None and not order.has_ended:
        return True
    ended_at = order.run.finished_at if order is not None and order.run is not None else None
    if ended_at is None or ended_at < changed_at:
        requeue([relative_path])
        send_wake_up(sweep)
    return False
