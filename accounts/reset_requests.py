"""Answers requests for a new password: a worker looks for the account and sends the mail."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ResetRequest

KEPT = timedelta(days=1)


def answer_next() -> bool:
    """Answer the oldest request, with a mail if there is an account; return whether there was a request."""
    base = urlsplit(settings.ARCHIVE_BASE_URL)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        request = ResetRequest.objects.select_for_update(skip_locked=skip).filter(answered_at=None).first()
        if not request:
            return False
        form = PasswordResetForm({"email": request.email})
        if form.is_valid():
            # The link leads to ARCHIVE_BASE_URL, not to the host that the request named.
            form.save(
                domain_override=base.netloc,
                use_https=base.scheme == "https",
                subject_template_name="accounts/mail/new_password_subject.txt",
                email_template_name="accounts/mail/new_password.txt",
            )
        request.answered_at = timezone.now()
        request.save(update_fields=["answered_at"])
    return True


def forget_old_requests() -> None:
    """Delete the requests that no longer count."""
    ResetRequest.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
