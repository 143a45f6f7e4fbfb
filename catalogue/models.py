"""What visitors keep: selections of cubes."""

from django.db import models


class Selection(models.Model):
    """A set of cubes that somebody has kept, with a permanent address. It never changes and is never deleted.

    `key` is random, so that nobody finds selections that they were not told of. For a link that names the cubes, it is
    a digest of their OIDs.
    `oids` may name cubes that were withdrawn or deleted since.
    """

    key = models.CharField(max_length=16, primary_key=True)
    oids = models.JSONField(help_text="OIDs of the cubes, sorted.")
    network = models.CharField(max_length=43, blank=True, help_text="Where the request came from.")
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-kept_at"]
        indexes = [models.Index(fields=["network", "kept_at"], name="selection_by_network")]

    def __str__(self) -> str:
        return self.key
