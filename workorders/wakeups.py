"""Wake-ups for orders. Database and broker together give the number of missing ones."""

from celery import current_app
from celery.app.task import Task

from common.wakeups import MAX_WAKE_UPS_OF_A_SWEEP, send_missing_wake_ups
from workorders.queue import due_orders, expired_orders


def wake_for_orders(task: Task) -> int:
    """Send the wake-ups that are missing for orders that are due and unclaimed; return how many were sent."""
    most = MAX_WAKE_UPS_OF_A_SWEEP
    wanted = due_orders()[:most].count() + expired_orders()[:most].count()
    return send_missing_wake_ups(task, current_app.conf.task_default_queue, wanted)
