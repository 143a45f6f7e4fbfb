"""Records that a file is missing, until it is found again."""

from datetime import datetime

from django.utils import timezone

from datacubes.models import Companion, DataCube


def note_missing(file: DataCube | Companion, since: datetime | None = None) -> None:
    """Record that the file of a cube or a companion is missing, from now on or since a time; the first time is kept."""
    type(file).objects.filter(pk=file.pk, missing_since=None).update(missing_since=since or timezone.now())


def note_found(file: DataCube | Companion) -> None:
    """Record that the file is present again."""
    if file.missing_since is not None:
        type(file).objects.filter(pk=file.pk).update(missing_since=None)
