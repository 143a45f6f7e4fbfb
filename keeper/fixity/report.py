"""How much of the archive was audited within a period."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from datacubes.models import Companion, DataCube
from keeper.models import AuditDay, AuditedFile, Incident

PERIODS = {"day": timedelta(days=1), "year": timedelta(days=365), "all": None}


@dataclass(frozen=True)
class Report:
    """The audits of a period. Days are those of UTC, today included.

    Attributes
    ----------
    files, bytes, errors
        Files that were read as a whole, their bytes, and files that were damaged or could not be read; a file counts
        each time that it is audited.
    held, held_bytes
        Files that the archive holds now, and their bytes.
    covered
        Those of the files held now that were read within the period.
    incidents
        Incidents that were found within the period.
    """

    files: int
    bytes: int
    errors: int
    held: int
    held_bytes: int
    covered: int
    incidents: int

    @property
    def coverage(self) -> float:
        """The share of the files held that were read within the period."""
        return self.covered / self.held if self.held else 1.0


def report(period: timedelta | None) -> Report:
    """Return the report of the last days; None: of all time."""
    since = timezone.now() - period if period else None
    days = AuditDay.objects.filter(day__gt=since.date()) if since else AuditDay.objects.all()
    sums = days.aggregate(files=Sum("files"), bytes=Sum("bytes"), errors=Sum("errors"))
    read = Q(checked_at__gte=since) if since else Q(checked_at__isnull=False)
    held = [model.objects.aggregate(files=Count("pk"), bytes=Sum("size")) for model in (DataCube, Companion)]
    covered = AuditedFile.objects.filter(read).filter(Q(companion__isnull=False) | Q(cube__withdrawn_at=None))
    return Report(
        files=sums["files"] or 0,
        bytes=sums["bytes"] or 0,
        errors=sums["errors"] or 0,
        held=sum(one["files"] for one in held),
        held_bytes=sum(one["bytes"] or 0 for one in held),
        covered=covered.count(),
        incidents=Incident.objects.filter(**({"found_at__gte": since} if since else {})).count(),
    )
