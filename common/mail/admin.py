"""The admin page of the mail that waits, or was given up."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin, status, utc
from common.mail.models import QueuedMail


@admin.register(QueuedMail)
class QueuedMailAdmin(ReadOnlyAdmin):
    """Mails with their errors. The content is left out, as it may hold a link to set a password."""

    list_display = ["subject", "state", "error", "recipients", "created", "due", "attempts"]
    fields = readonly_fields = ("state", "error", "subject", "sender", "recipients", "created", "due", "attempts")

    @admin.display(description="state")
    def state(self, mail: QueuedMail) -> str:
        """Whether it waits, or was given up."""
        if not mail.due_at:
            return status("failed", "Given up")
        return status("pending", "Tried again later" if mail.attempts else "Waits")

    @admin.display(description="created (UTC)", ordering="created_at")
    def created(self, mail: QueuedMail) -> str:
        """When it was written."""
        return utc(mail.created_at)

    @admin.display(description="due (UTC)", ordering="due_at")
    def due(self, mail: QueuedMail) -> str:
        """When it is tried next."""
        return utc(mail.due_at)
