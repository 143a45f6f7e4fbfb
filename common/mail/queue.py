"""Sends due mails one by one, and retries those that the mail server did not accept."""

import logging
import smtplib
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import on_one_line
from common.mail.models import QueuedMail

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)
"""How long a mail is left to the worker that has begun to send it; a worker that is killed sends it once more."""

FIRST_RETRY = timedelta(seconds=30)
MAX_ATTEMPTS = 13  # With doubling delays, about a day and a half: links to set a password are valid for three days.
KEPT_WHEN_GIVEN_UP = timedelta(days=30)


def due_mail() -> QuerySet[QueuedMail]:
    """Return the mail that is due."""
    return QueuedMail.objects.filter(due_at__lte=timezone.now()).order_by("due_at")


def send_next() -> bool:
    """Send the mail that is due first; return whether there was one."""
    mail = _claim()
    if not mail:
        return False
    try:
        _send(mail)
    except (smtplib.SMTPException, OSError) as error:
        _note_failure(mail, error)
    else:
        mail.delete()
        logger.info("mail: %s is sent", mail.pk)
    return True


def forget_given_up() -> None:
    """Delete what was given up long ago."""
    QueuedMail.objects.filter(due_at=None, created_at__lt=timezone.now() - KEPT_WHEN_GIVEN_UP).delete()


def _claim() -> QueuedMail | None:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        mail = due_mail().select_for_update(skip_locked=skip).first()
        if mail:
            mail.due_at = timezone.now() + CLAIM
            mail.save(update_fields=["due_at"])
    return mail


def _send(mail: QueuedMail) -> None:
    """Hand a mail to the server of EMAIL_URL.

    Raises
    ------
    SMTPException, OSError
        If it does not take it, or not within EMAIL_TIMEOUT.
    """
    backend = EmailBackend(timeout=settings.EMAIL_TIMEOUT)
    try:
        backend.open()
        server = cast(smtplib.SMTP, backend.connection)
        server.sendmail(mail.sender, mail.recipients, mail.content.encode("utf-8", "surrogateescape"))
    finally:
        backend.close()


def _note_failure(mail: QueuedMail, error: Exception) -> None:
    mail.attempts += 1
    mail.error = on_one_line(error)
    final = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    )
    if final or mail.attempts >= MAX_ATTEMPTS:
        mail.due_at, mail.content = None, ""
        what_next = "is given up"
    else:
        mail.due_at = timezone.now() + FIRST_RETRY * 2 ** (mail.attempts - 1)
        what_next = f"is tried again at {mail.due_at:%H:%M:%S}"
    mail.save()
    logger.warning("mail: %s %s: %s", mail.pk, what_next, mail.error)
