"""Cubes whose file is missing: noted when somebody finds it so, and shown until it is back."""

from django.utils import timezone

from datacubes.models import Companion, DataCube


def note_missing(file: DataCube | Companion) -> None:
    """Note that the file of a cube is not there; the first time counts."""
    if isinstance(file, DataCube):
        DataCube.objects.filter(pk=file.pk, missing_since=None).update(missing_since=timezone.now())


def note_found(file: DataCube | Companion) -> None:
    """Note that the file of a cube is there again."""
    if isinstance(file, DataCube) and file.missing_since is not None:
        DataCube.objects.filter(pk=file.pk).update(missing_since=None)
