"""The jobs of /tap/async."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

RESULTS = "tap"
"""The folder below MEDIA_ROOT. The names of its files are the keys of the jobs, which nobody can guess."""
GRACE_SECONDS = 120
"""So long after its time, a job that is still executing has lost its worker."""


def new_key() -> str:
    """Return a key that nobody can guess."""
    return secrets.token_hex(16)


def latest_destruction() -> datetime:
    """Return when a job that is made now is deleted."""
    return timezone.now() + timedelta(days=settings.TAP_RESULT_DAYS)


class Phase(models.TextChoices):
    """The phase of a job (UWS 1.1, section 2.1.3)."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"


ENDED = (Phase.COMPLETED, Phase.ERROR, Phase.ABORTED)


class Job(models.Model):
    """A query that a worker carries out. Whoever knows its key may see, abort and delete it."""

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    phase = models.CharField(max_length=16, choices=Phase, default=Phase.PENDING)
    parameters = models.JSONField(default=dict, help_text="As the client gave them, by their names in capitals.")
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    destruction = models.DateTimeField(default=latest_destruction, db_index=True)
    execution_seconds = models.IntegerField(help_text="The longest that the query takes.")
    error = models.TextField(blank=True)
    result_name = models.CharField(max_length=64, blank=True, help_text="Name of the file of the result.")
    result_type = models.CharField(max_length=128, blank=True, help_text="Media type of the result.")
    result_size = models.BigIntegerField(default=0, help_text="Bytes.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["queued_at"], condition=models.Q(phase__in=["QUEUED", "EXECUTING"]), name="job_queued"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.created_at:%Y-%m-%d %H:%M:%S}"

    @property
    def result_path(self) -> Path:
        """The file of the result."""
        return Path(settings.MEDIA_ROOT) / RESULTS / self.result_name
