"""What walks through the storage have found."""

from django.db import models
from django.utils import timezone

from common.paths import MAX_PATH_BYTES


class Walk(models.Model):
    """The report of one walk through the storage.

    Attributes
    ----------
    refused_names
        The first files that cannot be posted, each with `what` and `reason`; `refused` counts all.
    error
        Why the walk ended early, or why it kept back what it found.
    """

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=255, blank=True, help_text="Host and process.")
    folders = models.JSONField(default=list, help_text="The folders below SCIENCE_DATA_ROOT; empty: all of it.")
    files = models.PositiveBigIntegerField(default=0, help_text="Files that look like cubes.")
    new = models.PositiveBigIntegerField(default=0, help_text="New files that were queued.")
    changed = models.PositiveBigIntegerField(default=0, help_text="Changed files that were queued.")
    waiting = models.PositiveBigIntegerField(
        default=0, help_text="New and changed files that were not yet still for DISCOVERY_STILL_SECONDS."
    )
    gone = models.PositiveBigIntegerField(default=0, help_text="Files of cubes that were not there.")
    missing = models.PositiveBigIntegerField(
        default=0, help_text="Files that had been gone for DISCOVERY_GONE_HOURS, and are now shown as missing."
    )
    returned = models.PositiveBigIntegerField(default=0, help_text="Files that were missing and are back.")
    refused = models.PositiveBigIntegerField(default=0, help_text="Files that cannot be posted.")
    refused_names = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}: {self.files} files, {self.new} new, {self.changed} changed"


class GoneFile(models.Model):
    """A file of a cube or companion that a walk did not find where it was ingested.

    The row goes when the file is back, or when its cube has another file.
    """

    relative_path = models.CharField("path", max_length=MAX_PATH_BYTES, unique=True)
    oid = models.CharField("OID", max_length=255)
    size = models.BigIntegerField(help_text="Bytes, as ingested.")
    header_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="As ingested.")
    noticed_at = models.DateTimeField(default=timezone.now, help_text="When a walk first did not find it.")
    told_at = models.DateTimeField(
        null=True, help_text="When it was shown as missing, and the SVO told. Empty: it is not gone for long enough."
    )
    is_mailed = models.BooleanField("mailed", default=False, help_text="Whether staff have been told by mail.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["size", "header_digest"], name="gone_file_content"),
            models.Index(fields=["noticed_at"], condition=models.Q(told_at=None), name="gone_file_untold"),
        ]

    def __str__(self) -> str:
        return self.relative_path
