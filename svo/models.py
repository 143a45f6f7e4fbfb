"""A cube's place in the SVO, and the reports of the synchronisation."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from datacubes.models import Instrument


class InstrumentInSVO(models.Model):
    """How the cubes of an instrument go into the SVO; an instrument without this has a dataset of its own name."""

    instrument = models.OneToOneField(Instrument, on_delete=models.CASCADE, related_name="in_svo")
    dataset = models.CharField(max_length=64, blank=True, help_text="Name of its SVO dataset; empty: its own name.")
    is_left_out = models.BooleanField("left out", default=False, help_text="Its cubes do not go into the SVO.")

    class Meta:
        verbose_name = "instrument in the SVO"
        verbose_name_plural = "instruments in the SVO"

    def __str__(self) -> str:
        return f"{self.instrument}: {'left out' if self.is_left_out else self.dataset or self.instrument}"


class Submission(models.Model):
    """What the SVO is to be told of a cube. The row outlives the cube, so that its removal survives the SVO being away.

    Attributes
    ----------
    dataset
        The name of the dataset that has the record, or is to have it. A cube whose dataset changes gets another row,
        and the record in the former dataset is removed.
    action
        What was noted last. What is done is decided when it is sent, by whether the cube is there.
    token
        New each time the cube changes: who sends notes it, and what changed meanwhile is sent again.
    digest
        Of what the SVO holds; empty where that is not known for certain.
    location_uri
        The data location that was last sent, by which it is known for this cube's own.
    left_out
        What the SVO could not take of the cube when it was last sent: each with `what` and `reason`.
    claimed_until
        Somebody is sending it; after this time that somebody counts as dead.
    failure
        Why sending it failed just now; not kept.
    """

    class Action(models.TextChoices):
        """What the SVO is told."""

        SUBMIT = "submit", "Submit"
        REMOVE = "remove", "Remove"

    class State(models.TextChoices):
        """How far it has come."""

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
        True or null, so that there can be only one that is true.
    alive_until
        Put off again and again while it runs; after this time whoever ran it counts as dead.
    failures
        The first of what failed, each with `what` and `reason`; `failed` counts all.
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
    failures = models.JSONField(default=list, help_text="What failed, with the reason of each.")

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
