"""Tags from controlled vocabularies."""

from django.db import models

MAX_TAG_LENGTH = 64


class Tag(models.Model):
    """A solar feature or event that a cube shows."""

    class Kind(models.TextChoices):
        """Which vocabulary the tag is from."""

        FEATURE = "feature", "Feature"
        EVENT = "event", "Event"

    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=MAX_TAG_LENGTH)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_tag_for_each_kind_and_name")]

    def __str__(self) -> str:
        return self.name
