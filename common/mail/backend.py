"""The mail backend of Django: it stores rows, and a worker sends them."""

from collections.abc import Sequence
from functools import partial

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from common.mail.models import QueuedMail
from common.mail.tasks import send_due_mail
from common.wakeups import send_wake_up


class QueueingBackend(BaseEmailBackend):
    """Stores each mail in the caller's transaction, and wakes a worker when that is committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the mails that have recipients, and return how many they are."""
        mails = [_as_row(message) for message in email_messages if message.recipients()]
        QueuedMail.objects.bulk_create(mails)
        if mails:
            transaction.on_commit(partial(send_wake_up, send_due_mail))
        return len(mails)


def _as_row(message: EmailMessage) -> QueuedMail:
    return QueuedMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=message.subject[:255],
        content=message.message().as_string(),
        due_at=timezone.now(),
    )
