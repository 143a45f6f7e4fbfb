"""Chooses the files to audit: first those that never were, then the one whose audit is the oldest."""

from collections.abc import Iterator
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
    while keys := _without_audit(model, last):
        yield from _fresh(model, keys)
        last = keys[-1]


def _without_audit(model: type[DataCube] | type[Companion], last: int) -> list[int]:
    rows = model.objects.filter(pk__gt=last, audit=None, missing_since=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:FILES_AT_ONCE])


def _oldest_audits(began: datetime) -> Iterator[DataCube | Companion]:
    due = AuditedFile.objects.filter(tried_at__lt=began - AGAIN_AFTER).filter(
        Q(cube__withdrawn_at=None, cube__isnull=False, cube__missing_since=None)
        | Q(companion__isnull=False, companion__missing_since=None)
    )
    oldest = due.order_by("tried_at", "pk").values_list("cube_id", "companion_id")
    while keys := list(oldest[:FILES_AT_ONCE]):
        for cube, companion in keys:
            yield from _fresh(DataCube, [cube]) if cube else _fresh(Companion, [companion])


def _fresh(model: type[DataCube] | type[Companion], keys: list[int]) -> Iterator[DataCube | Companion]:
    """Yield rows as they are when their turn comes, which may be hours later; without those that are gone by then."""
    for key in keys:
        row = model.objects.filter(pk=key).first()
        if row is not None:
            yield row
