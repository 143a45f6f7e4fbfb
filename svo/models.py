"""The state of cubes in the SVO, and the reports of the synchronisation."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from datacubes.models import Instrument


class InstrumentInSVO(models.Model):
    """The SVO dataset of an instrument's cubes. Without this row, the dataset has the instrument's name."""

    instrument = models.OneToOneField(Instrument, on_delete=models.CASCADE, related_name="in_svo")
    dataset = models.CharField(
        max_length=64, blank=True, help_text="Name of the SVO dataset. Empty: the instrument's name."
    )
    is_left_out = models.BooleanField(
        "left out", default=False, help_text="The instrument's cubes are not sent to the SVO."
    )

    class Meta:
        verbose_name = "instrument in the SVO"
        verbose_name_plural = "instruments in the SVO"

    def __str__(self) -> str:
        return f"{self.instrument}: {'left out' if self.is_left_out else self.dataset or self.instrument}"


class Submission(models.Model):
    """A change to be sent to the SVO. The row outlives its cube, so that a removal can be sent after an outage.

    Attributes
    ----------
    dataset
        The name of the record's dataset. If the dataset of a cube changes, the cube gets another row, and the record in
        the former dataset is removed.
    action
        The last action that was queued. At sending, the existence of the cube decides whether to submit or remove.
    token
        Changes with each change of the cube. A sender compares it: if it changed meanwhile, the cube is sent again.
    digest
        Digest of the record in the SVO; empty if the record's state is uncertain.
    location_uri
        The data location that was last sent, which is thereby known as this cube's own.
    left_out
        The keywords and tags that the SVO could not accept at the last sending, each with `what` and `reason`.
    claimed_until
        Until when the claim of a worker lasts; after this time the worker counts as dead.
    failure
        The error of the latest attempt; not stored.
    """

    class Action(models.TextChoices):
        """The kind of change."""

        SUBMIT = "submit", "Submit"
        REMOVE = "remove", "Remove"

    class State(models.TextChoices):
        """The state of a submission."""

        PENDING = "pending", "Pending"
        SUBMITTED = "submitted", "Submitted"
        FAILED = "failed", "Failed"

    failure: Exception | None = None

    oid = models.CharField("OID", max_length=255)
    dataset = models.CharField(max_length=64)
    action = models.CharField(max_length=16, choices=Action, default=Action.SUBMIT)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    token = models.UUIDField(default=uuid4, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    location_uri = models.CharField(max_length=1000, blank=True, editable=False)
    error = models.TextField(blank=True)
    left_out = models.JSONField(default=list, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["oid", "dataset"], name="one_submission_for_each_oid_and_dataset")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="submission_pending"),
            models.Index(fields=["state", "-updated_at"], name="submission_state"),
            models.Index(fields=["-updated_at", "-id"], name="submission_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.oid}: {self.get_state_display()}"


class Synchronisation(models.Model):
    """The report of one synchronisation.

    Attributes
    ----------
    is_running
        True or null, so that a unique constraint allows only one running synchronisation.
    alive_until
        Renewed while the synchronisation runs; after this time its process counts as dead.
    failures
        The first failures, each with `what` and `reason`; `failed` counts all.
    """

    is_running = models.BooleanField(null=True, default=True, editable=False)
    alive_until = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    instruments = models.JSONField(default=list)
    added = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="Failures with their reasons.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["is_running"], condition=Q(is_running=True), name="one_runs_at_a_time")
        ]

    def __str__(self) -> str:
        return (
            f"{self.started_at:%Y-%m-%d %H:%M}: {self.added} added, {self.updated} updated, {self.removed} removed, "
            f"{self.failed} failed"
        )
