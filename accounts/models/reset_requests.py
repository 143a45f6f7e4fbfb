"""Requests of people who are not logged in."""

from django.db import models


class ResetRequest(models.Model):
    """A request for a new password. It is stored whether or not the e-mail address has an account."""

    email = models.CharField(max_length=254, help_text="Case-folded.")
    network = models.CharField(max_length=43, blank=True, help_text="Where the request came from.")
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["email", "asked_at"], name="reset_by_email"),
            models.Index(fields=["network", "asked_at"], name="reset_by_network"),
        ]

    def __str__(self) -> str:
        return f"Reset request {self.pk}"
