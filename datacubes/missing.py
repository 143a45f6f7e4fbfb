"""Files that are missing: noted when somebody finds it so, and shown until they are back."""

from django.utils import timezone

from datacubes.models import Companion, DataCube


def note_missing(file: DataCube | Companion) -> None:
    """Note that the file of a cube or a companion is not there; the first time counts."""
    type(file).objects.filter(pk=file.pk, missing_since=None).update(missing_since=timezone.now())


def note_found(file: DataCube | Companion) -> None:
    """Note that the file is there again."""
    if file.missing_since is not None:
        type(file).objects.filter(pk=file.pk).update(missing_since=None)
