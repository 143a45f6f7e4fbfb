"""The state of the keeper in numbers, at bounded cost, for the admin's front page and for monitoring."""

from datetime import datetime

from django.db.models import Sum

from common.counting import Count, count
from keeper.models import AuditDay, GoneFile, Incident, Walk


def count_gone(*, told: bool) -> Count:
    """Return the number of files that are gone: those that are shown as missing, or those that are not yet."""
    return count(GoneFile.objects.filter(told_at__isnull=not told))


def count_incidents() -> Count:
    """Return the number of open incidents."""
    return count(Incident.objects.filter(state=Incident.State.OPEN))


def last_walk() -> Walk | None:
    """Return the report of the last walk that has ended; None before the first one."""
    return Walk.objects.filter(finished_at__isnull=False).defer("refused_names").order_by("-pk").first()


def last_day_of_audits() -> AuditDay | None:
    """Return what was audited on the last day with audits; None if nothing ever was."""
    return AuditDay.objects.order_by("-day").first()


def last_success() -> datetime | None:
    """Return when the last walk ended that met no error."""
    return Walk.objects.filter(finished_at__isnull=False, error="").values_list("finished_at", flat=True).first()


def audited_bytes() -> int:
    """Return how many bytes audits have read so far."""
    return AuditDay.objects.aggregate(bytes=Sum("bytes"))["bytes"] or 0
