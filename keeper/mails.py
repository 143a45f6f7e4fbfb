"""Mails to staff. Each goes with a change of rows in one transaction, and so once."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from common.errors import on_one_line
from keeper.models import GoneFile, Incident, Walk

MOST_LISTED = 50
MOST_ADDRESSES = 50


def mail_missing() -> None:
    """Tell staff which files are now shown as missing, once for each time that one is."""
    with transaction.atomic():
        untold = GoneFile.objects.select_for_update().filter(told_at__isnull=False, is_mailed=False).order_by("pk")
        paths = list(untold.values_list("relative_path", flat=True))
        if paths:
            GoneFile.objects.filter(told_at__isnull=False, is_mailed=False).update(is_mailed=True)
            _mail(
                f"{len(paths)} file{'s' if len(paths) > 1 else ''} missing",
                "These files of the archive are gone, and are now shown as missing:",
                paths,
                "admin:keeper_gonefile_changelist",
            )


def mail_incident(incident: Incident) -> None:
    """Tell staff of a damaged file, in the caller's transaction."""
    _mail(
        f"Damaged file of {incident.oid}",
        f"An audit found that a file is damaged. {incident.sentence}",
        [incident.relative_path],
        "admin:keeper_incident_changelist",
    )


def mail_error(walk: Walk) -> None:
    """Tell staff why a walk kept back what it found or ended early, unless the walk before did so too."""
    before = Walk.objects.filter(pk__lt=walk.pk).order_by("-pk").first()
    if walk.error and not (before and before.error):
        _mail("A walk through the storage ended early", walk.error, [], "admin:keeper_walk_changelist")


def _mail(subject: str, text: str, lines: list[str], page: str) -> None:
    to = staff_addresses()
    if not to:
        return
    shown = [f"- {on_one_line(line)}" for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        shown.append(f"and {len(lines) - MOST_LISTED} more")
    body = "\n".join([text, "", *shown, "", f"{settings.ARCHIVE_BASE_URL}{reverse(page)}", ""])
    EmailMessage(on_one_line(subject), body, to=to).send()


def staff_addresses() -> list[str]:
    """Return ARCHIVE_CONTACT_EMAIL or, without it, the addresses of the active superusers."""
    if settings.ARCHIVE_CONTACT_EMAIL:
        return [settings.ARCHIVE_CONTACT_EMAIL]
    superusers = User.objects.filter(is_active=True, is_superuser=True).exclude(email="")
    return list(superusers.order_by("pk").values_list("email", flat=True)[:MOST_ADDRESSES])
