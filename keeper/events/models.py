"""Events, and how far their numbers go."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from datacubes.links import oid_in_url
from keeper.events.kinds import Kind

MAX_PATH_LENGTH, MAX_OID_LENGTH = 1000, 255


class Event(models.Model):
    """Something that happened, written in the transaction that makes it true.

    Attributes
    ----------
    number
        Its place in the order in which readers see events, without gaps; see `keeper.events.numbering`. Readers know
        it as the event's id. None: the event waits for its number.
    """

    number = models.BigIntegerField(unique=True, null=True, editable=False)
    kind = models.CharField(max_length=32, choices=Kind)
    oid = models.CharField("OID", max_length=MAX_OID_LENGTH, blank=True)
    path = models.CharField(max_length=MAX_PATH_LENGTH, blank=True, help_text="Path below the science data folder.")
    message = models.TextField(blank=True)
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(number=None), name="event_without_number"),
            models.Index(fields=["kind", "-id"], name="event_kind_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.oid or self.path}"

    @property
    def cube_url(self) -> str:
        """The public URL of the cube in the API; empty without an OID."""
        return f"{settings.ARCHIVE_BASE_URL}{reverse('data-cube-list')}{oid_in_url(self.oid)}/" if self.oid else ""


class Position(models.Model):
    """How far the numbers of events go. There is one row; who gives or deletes numbers locks it.

    Attributes
    ----------
    last
        The last number that was given; 0: none.
    pruned_until
        The last number whose event was deleted for its age; 0: none.
    """

    last = models.BigIntegerField(default=0)
    pruned_until = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"events {self.pruned_until + 1} to {self.last}"
