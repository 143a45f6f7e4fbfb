"""Leases: what only one process of all machines does at a time."""

from uuid import uuid4

from django.db import models


class Lease(models.Model):
    """Who does a kind of work at present. `keeper.leases` takes, renews and ends leases."""

    name = models.CharField(max_length=32, primary_key=True)
    token = models.UUIDField(default=uuid4, editable=False)
    holder = models.CharField(max_length=255, help_text="Host and process.")
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Renewed during the work; after this time, the process counts as dead.")

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
