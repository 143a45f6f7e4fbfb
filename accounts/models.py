"""What people ask for without being logged in."""

from django.db import models


class ResetRequest(models.Model):
    """Somebody asked for a new password for the accounts of an e-mail address, whether or not there are any."""

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
