"""What audits have found: the bits of each file, and the incidents."""

from django.db import models
from django.db.models import Q

from common.paths import MAX_PATH_BYTES
from datacubes.models import Companion, DataCube


class AuditedFile(models.Model):
    """The last audit of the file of a cube or companion.

    `sha256`, `size` and `modified_ns` describe the file when its SHA-256 was recorded. They stay while a file of this
    size and modification time is held, so that a later audit finds what has changed.
    """

    class Result(models.TextChoices):
        """The result of an audit."""

        WHOLE = "whole", "Whole"
        DAMAGED = "damaged", "Damaged"
        REPLACED = "replaced", "Replaced"
        ABSENT = "absent", "Absent"
        UNREADABLE = "unreadable", "Unreadable"

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, null=True, related_name="audit")
    companion = models.OneToOneField(Companion, on_delete=models.CASCADE, null=True, related_name="audit")
    result = models.CharField(
        max_length=16,
        choices=Result,
        help_text="Replaced: the file is not the ingested one, or was changed during the audit. Absent: there is no "
        "file. Unreadable: the storage gave an error.",
    )
    details = models.TextField(blank=True)
    tried_at = models.DateTimeField(db_index=True, help_text="When the last audit began.")
    checked_at = models.DateTimeField(null=True, db_index=True, help_text="When the whole file was last read.")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    modified_ns = models.BigIntegerField(null=True, editable=False, help_text="As of a cube.")

    class Meta:
        verbose_name = "audited file"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cube=None, companion__isnull=False) | Q(cube__isnull=False, companion=None),
                name="audit_of_a_cube_or_a_companion",
            )
        ]

    def __str__(self) -> str:
        return f"audit {self.pk}"

    @property
    def file(self) -> DataCube | Companion:
        """The cube or companion whose file it is."""
        file = self.cube or self.companion
        assert file is not None  # noqa: S101  By the constraint.
        return file

    def vouches_for(self, size: int, modified_ns: int) -> bool:
        """Return whether a file of this size and modification time must have `sha256`.

        A file that was damaged when its SHA-256 was recorded may have been mended since.
        """
        if not self.sha256 or (self.size, self.modified_ns) != (size, modified_ns):
            return False
        return not self.incidents.filter(state=Incident.State.OPEN, sha256=self.sha256).exists()


class Incident(models.Model):
    """A file whose bits are not those that were recorded. Each damage of a file is one incident, told once."""

    class State(models.TextChoices):
        """Whether it waits for somebody."""

        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        ENDED = "ended", "Ended"

    audited = models.ForeignKey(AuditedFile, on_delete=models.SET_NULL, null=True, related_name="incidents")
    oid = models.CharField("OID", max_length=255)
    relative_path = models.CharField("path", max_length=MAX_PATH_BYTES)
    state = models.CharField(
        max_length=16,
        choices=State,
        default=State.OPEN,
        help_text="Accepted: by staff. Ended: a later audit found the file whole.",
    )
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sentence = models.TextField("what is wrong")
    sha256 = models.CharField("SHA-256 as found", max_length=64)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["audited", "sha256"], name="one_incident_for_each_damage")]
        indexes = [models.Index(fields=["oid"], condition=Q(state="open"), name="incident_open")]

    def __str__(self) -> str:
        return f"{self.oid}: {self.sentence}"


class AuditDay(models.Model):
    """How much was audited on a day (UTC)."""

    day = models.DateField(unique=True)
    files = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0, help_text="Files that were damaged or could not be read.")

    class Meta:
        verbose_name = "day of audits"
        verbose_name_plural = "days of audits"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.files} files"
