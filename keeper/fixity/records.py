"""Keeps what audits find, and answers from it."""

import os
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.errors import on_one_line
from datacubes.models import Companion, DataCube
from keeper import mails
from keeper.events.kinds import Kind
from keeper.events.recording import record
from keeper.fixity.results import Audit, Result
from keeper.models import AuditDay, AuditedFile, Incident

State = Incident.State
MOST_DETAILS = 2000


def audit_of(held: DataCube | Companion) -> AuditedFile | None:
    """Return the last audit of the file of a cube or companion."""
    return AuditedFile.objects.filter(**_key(held)).first()


def keep(held: DataCube | Companion, audit: Audit, began: datetime) -> None:
    """Store the result of an audit in one transaction, with the incident that it is, if it is one.

    The SHA-256 of a whole file stays as long as files have its size and modification time.
    """
    with transaction.atomic():
        if not type(held).objects.select_for_update(no_key=True).filter(pk=held.pk).exists():
            return  # It was deleted or withdrawn meanwhile.
        row = audit_of(held) or AuditedFile(**_key(held))
        row.result, row.details, row.tried_at = audit.result, audit.details[:MOST_DETAILS], began
        if audit.sha256:
            row.checked_at = began
            is_another = (row.size, row.modified_ns) != (audit.size, audit.modified_ns)
            if is_another or audit.result == Result.WHOLE:
                row.sha256, row.size, row.modified_ns = audit.sha256, audit.size, audit.modified_ns
        row.save()
        if audit.result == Result.WHOLE:
            row.incidents.filter(state=State.OPEN).update(state=State.ENDED, ended_at=timezone.now())
        elif audit.result == Result.DAMAGED:
            _note_incident(row, held, audit)
        _count(audit)


def digest_of(held: DataCube | Companion, status: os.stat_result) -> bytes:
    """Return the SHA-256 that is recorded for a file of this size and modification time; empty if none is."""
    recorded = AuditedFile.objects.filter(size=status.st_size, modified_ns=status.st_mtime_ns, **_key(held))
    return bytes.fromhex(recorded.values_list("sha256", flat=True).first() or "")


def damage_of(cube: DataCube) -> datetime | None:
    """Return when an audit found that the cube's file is damaged; None if it is not known to be."""
    incidents = Incident.objects.filter(oid=cube.oid, audited__cube=cube, state=State.OPEN).order_by("found_at")
    return incidents.values_list("found_at", flat=True).first()


def accept(incident_ids: list[int]) -> int:
    """Accept open incidents: staff know of them. Return how many were open."""
    incidents = Incident.objects.filter(pk__in=incident_ids, state=State.OPEN)
    return incidents.update(state=State.ACCEPTED, ended_at=timezone.now())


def _key(held: DataCube | Companion) -> dict[str, int]:
    return {"cube_id" if isinstance(held, DataCube) else "companion_id": held.pk}


def _note_incident(row: AuditedFile, held: DataCube | Companion, audit: Audit) -> None:
    """Record an incident and tell of it, unless this damage of this file is known."""
    incident, is_new = Incident.objects.get_or_create(
        audited=row,
        sha256=audit.sha256,
        defaults={
            "oid": held.oid,
            "relative_path": held.relative_path,
            "sentence": audit.details[:MOST_DETAILS],
            "found_at": timezone.now(),
        },
    )
    if not is_new:
        if incident.state != State.ENDED:
            return
        incident.state, incident.found_at, incident.ended_at = State.OPEN, timezone.now(), None
        incident.save()
    record(Kind.FIXITY_FAILED, oid=held.oid, path=held.relative_path, message=on_one_line(incident.sentence))
    mails.mail_incident(incident)


def _count(audit: Audit) -> None:
    today, _ = AuditDay.objects.get_or_create(day=timezone.now().date())
    AuditDay.objects.filter(pk=today.pk).update(
        files=F("files") + int(bool(audit.sha256)),
        bytes=F("bytes") + audit.size,
        errors=F("errors") + int(audit.result in (Result.DAMAGED, Result.UNREADABLE)),
    )
