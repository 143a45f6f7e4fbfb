"""The admin page of the mail that waits, or was given up."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin
from common.mail.models import QueuedMail


@admin.register(QueuedMail)
class QueuedMailAdmin(ReadOnlyAdmin):
    """Mails with their errors. The content is left out, as it may hold a link to set a password."""

    list_display = ["subject", "recipients", "created_at", "due_at", "attempts", "error"]
    fields = ["subject", "sender", "recipients", "created_at", "due_at", "attempts", "error"]
