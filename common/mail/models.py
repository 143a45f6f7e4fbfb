"""The mail that waits to be sent."""

from django.db import models


class QueuedMail(models.Model):
    """A mail that is not sent yet. Its content may hold a link to set a password, so it is shown nowhere."""

    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    subject = models.CharField(max_length=255)
    content = models.TextField(help_text="The whole message as it is sent, with its headers.")
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(db_index=True, null=True, help_text="When it is tried next; empty: given up.")
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why it was not sent at the last attempt.")

    class Meta:
        ordering = ["-id"]
        verbose_name = "mail"
        verbose_name_plural = "mails"

    def __str__(self) -> str:
        return f"{self.subject} to {', '.join(self.recipients)}"
