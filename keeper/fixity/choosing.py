"""Chooses the files to audit: first those that never were, then the one whose audit is the oldest."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from datacubes.models import Companion, DataCube
from keeper.models import AuditedFile

AGAIN_AFTER = timedelta(days=1)
"""No file is audited more often."""

FILES_AT_ONCE = 100


def due_files() -> Iterator[DataCube | Companion]:
    """Yield the files to audit, until none is due. Each is to be audited before the next one is asked for."""
    began = timezone.now()
    for batch in (_never_audited(DataCube), _never_audited(Companion), _oldest_audits(began)):
        yield from batch


def _never_audited(model: type[DataCube] | type[Companion]) -> Iterator[DataCube | Companion]:
    last = 0
    while rows := _page(model, last):
        yield from rows
        last = rows[-1].pk


def _page(model: type[DataCube] | type[Companion], last: int) -> Sequence[DataCube | Companion]:
    rows = model.objects.filter(pk__gt=last, audit=None, missing_since=None)
    return list(rows.order_by("pk")[:FILES_AT_ONCE])


def _oldest_audits(began: datetime) -> Iterator[DataCube | Companion]:
    due = AuditedFile.objects.filter(tried_at__lt=began - AGAIN_AFTER).filter(
        Q(cube__withdrawn_at=None, cube__isnull=False, cube__missing_since=None)
        | Q(companion__isnull=False, companion__missing_since=None)
    )
    while rows := list(due.select_related("cube", "companion").order_by("tried_at", "pk")[:FILES_AT_ONCE]):
        for row in rows:
            yield row.file
