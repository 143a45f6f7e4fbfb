"""Work orders and the history of their runs."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from datacubes.steps.base import IngestRequest
from workorders.error_kinds import MAX_KIND_LENGTH

# Fields that are instructions, carried out once, in contrast to fields that describe the file. A later request that
# omits one does not cancel a pending one.
CALLBACK = ("callback_url", "callback_token")
"""Fields of a request that name whom its end is told to, and the API token that signs this."""

INSTRUCTIONS = ("owner_email_addresses", "swedish_data", "force", *CALLBACK)

GRANTS = frozenset({"owner_email_addresses", "swedish_data"})
"""Fields of a request that grant access, or take it away."""

QUEUED_STATE = [
    *("status", "request", "next_request", "queued_at", "attempts"),
    *("lease_expires_at", "run", "error_kind", "dismissed_at"),
]
"""The fields of an order that change when it is queued."""

ended = Signal()
"""Sent in the transaction that ends orders, with the `runs` that ended them; each has its `order`."""


class WorkOrder(models.Model):
    """The order to ingest the cube at a path. There is one for each path, for ever.

    ::

        POST ──> queued ──claim──> started ──> completed
                    ^                 │  └────> failed
                    │   lease expired │            │
                    ├─────────────────┘            │
                    └──── POST again, force, retry ┘

    Staff can cancel a queued order; a POST queues it again. The states change only in `workorders.queue`.

    Attributes
    ----------
    request
        The fields that the request gave, besides the path.
    next_request
        The request that was posted during a run. The order is queued with it when the run ends.
    queued_at
        Its place in the queue. No worker claims the order before this time.
    attempts
        Runs since the last request, not counting those that a shutdown interrupted.
    run
        The current run, or the latest one.
    error_kind
        What failed orders are grouped by; see `workorders.error_kinds`.
    dismissed_at
        When staff marked the failure as seen to. It then counts no longer as a failure that waits for somebody.
    """

    class Status(models.TextChoices):
        """The state of an order."""

        QUEUED = "queued", "Queued"
        STARTED = "started", "Started"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    PENDING = (Status.QUEUED, Status.STARTED)
    """The states of an order that has not ended."""

    relative_path = models.CharField("path", max_length=1000, unique=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    request = models.JSONField(default=dict)
    next_request = models.JSONField(null=True)
    oid = models.CharField("OID", max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    run = models.ForeignKey("WorkOrderRun", on_delete=models.SET_NULL, null=True, related_name="+")
    error_kind = models.CharField(max_length=MAX_KIND_LENGTH, blank=True)
    dismissed_at = models.DateTimeField("dismissed", null=True)

    class Meta:
        verbose_name = "work order"
        ordering = ["-id"]
        permissions = [("grant_access", "Can grant access to cubes by work orders")]
        indexes = [
            models.Index(fields=["queued_at", "id"], condition=Q(status="queued"), name="order_queued"),
            models.Index(fields=["lease_expires_at"], condition=Q(status="started"), name="order_started"),
            models.Index(fields=["status", "-id"], name="order_status_newest"),
            models.Index(fields=["oid"], name="order_oid"),
            models.Index(
                fields=["error_kind"], condition=Q(status="failed", dismissed_at=None), name="order_failed_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.relative_path}"

    @property
    def has_ended(self) -> bool:
        """Whether the order is neither queued nor started."""
        return self.status not in self.PENDING

    @property
    def latest_run(self) -> "WorkOrderRun":
        """The run under way, or the last one.

        Raises
        ------
        WorkOrderRun.DoesNotExist
            If no run has begun since the order was queued by a request.
        """
        if self.run is None:
            raise WorkOrderRun.DoesNotExist(f"order {self.pk} has no run")
        return self.run

    def as_ingest_request(self) -> IngestRequest:
        """The order as plain values for the conductor."""
        fields = {name: value for name, value in self.request.items() if name not in CALLBACK}
        return IngestRequest(relative_path=self.relative_path, **fields)

    def queue_again(self, request: dict[str, Any], now: datetime) -> None:
        """Move the order to the end of the queue and reset its attempts. The caller saves it."""
        self.request, self.next_request = request, None
        self.status, self.queued_at, self.attempts = self.Status.QUEUED, now, 0
        self.run, self.lease_expires_at = None, None
        self.error_kind, self.dismissed_at = "", None


class WorkOrderRun(models.Model):
    """One run of an order by a worker: its request, the outcome of each step, and its error."""

    class Status(models.TextChoices):
        """How a run ended."""

        STARTED = "started", "Started"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        HANDED_BACK = "handed_back", "Handed back"
        LOST = "lost", "Lost"

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(
        max_length=16,
        choices=Status,
        default=Status.STARTED,
        help_text="Handed back: tried again later. Lost: the worker died, or was too slow to keep its lease.",
    )
    attempt = models.PositiveIntegerField(default=1)
    worker = models.CharField(max_length=255, blank=True)
    request = models.JSONField(default=dict)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    oid = models.CharField("OID", max_length=255, blank=True)
    checksum = models.CharField("CHECKSUM", max_length=70, blank=True)
    checksum_status = models.CharField("CHECKSUM status", max_length=16, blank=True)
    steps = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = "run of a work order"
        verbose_name_plural = "runs of work orders"
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "finished_at", "started_at"], name="run_ended")]

    def __str__(self) -> str:
        return f"run {self.pk}"


class HostWithoutStorage(models.Model):
    """A machine whose workers do not see the storage, and so take no orders. The row goes when they see it again."""

    host = models.CharField(max_length=255, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When a worker last found the storage away.")
    reason = models.TextField()

    class Meta:
        verbose_name = "machine without storage"
        verbose_name_plural = "machines without storage"
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host


def merge_requests(waiting: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Merge a new request into a pending one.

    The new description of the file replaces the old one completely. Instructions that the new request omits stay
    pending: they would have been carried out if the two requests had been processed one after the other.
    """
    return {name: waiting[name] for name in INSTRUCTIONS if name in waiting} | new
