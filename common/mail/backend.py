"""The mail backend of Django: it stores rows, and a worker sends them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from common.mail.models import QueuedMail
from common.mail.tasks import send_due_mail
from common.wakeups import send_wake_up


@dataclass
class _HeldBack:
    """The wake-up that a block sends at its end."""

    is_wanted: bool = False


_held_back: ContextVar[_HeldBack | None] = ContextVar("the wake-up that a block sends at its end", default=None)


@contextmanager
def waking_once() -> Iterator[None]:
    """Wake a worker once at the end of the block for the mail of all its transactions.

    A broker that is away then holds up many short transactions once.
    """
    held = _HeldBack()
    token = _held_back.set(held)
    try:
        yield
    finally:
        _held_back.reset(token)
        if held.is_wanted:
            send_wake_up(send_due_mail)


class QueueingBackend(BaseEmailBackend):
    """Stores each mail in the caller's transaction, and wakes a worker when that is committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the mails that have recipients, and return how many they are."""
        mails = [_as_row(message) for message in email_messages if message.recipients()]
        QueuedMail.objects.bulk_create(mails)
        if mails:
            transaction.on_commit(_wake)
        return len(mails)


def _wake() -> None:
    if held := _held_back.get():
        held.is_wanted = True
    else:
        send_wake_up(send_due_mail)


def _as_row(message: EmailMessage) -> QueuedMail:
    return QueuedMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=message.subject[:255],
        content=message.message().as_string(),
        due_at=timezone.now(),
    )
