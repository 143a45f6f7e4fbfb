"""Requests that are limited by account, address or network."""

from django.db import models

MAX_KEY_LENGTH = 254


class LimitedRequest(models.Model):
    """A request that counts towards a limit. In the database, so that all processes count together."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=MAX_KEY_LENGTH, help_text="Whose requests count together.")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "key", "asked_at"], name="limited_by_key"),
            models.Index(fields=["asked_at"], name="limited_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
