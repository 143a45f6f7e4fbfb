"""The queue: the only place that changes the state of a work order.

The database holds the truth. Each function is one transaction.
"""

from workorders.queue.claims import claim, due_orders, expired_orders
from workorders.queue.leases import LeaseLost, complete, fail, hand_back, own_order, renew_lease, step_as_json
from workorders.queue.posting import cancel, dismiss, post_order, post_orders, requeue, standing

__all__ = [
    "LeaseLost",
    "cancel",
    "claim",
    "complete",
    "dismiss",
    "due_orders",
    "expired_orders",
    "fail",
    "hand_back",
    "own_order",
    "post_order",
    "post_orders",
    "renew_lease",
    "requeue",
    "standing",
    "step_as_json",
]
