"""Tags from controlled vocabularies."""

from django.db import models

MAX_TAG_LENGTH = 64


class Tag(models.Model):
    """A solar feature or event that a cube shows."""

    class Kind(models.TextChoices):
        """The vocabulary of the tag."""

        FEATURE = "feature", "Feature"
        EVENT = "event", "Event"

    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=MAX_TAG_LENGTH)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_tag_for_each_kind_and_name")]

    def __str__(self) -> str:
        return self.name


class Vocabulary(models.Model):
    """The words of a vocabulary at its last reading, and the day on which each was first read."""

    kind = models.CharField(max_length=16, choices=Tag.Kind, unique=True)
    source = models.TextField(help_text="File or URL of the words.")
    words = models.JSONField(help_text="Each word with the day on which it was first read.")
    read_at = models.DateTimeField(null=True, help_text="When the words were last read.")
    error = models.TextField(help_text="Error of the last reading, if it failed.")

    class Meta:
        verbose_name_plural = "vocabularies"

    def __str__(self) -> str:
        return f"Vocabulary of {self.get_kind_display().lower()}s"
