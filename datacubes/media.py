"""The files of previews below MEDIA_ROOT: where they are put, and that they go when no row names them any more."""

from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import FileField, Model

PREVIEWS = "previews"


def preview_folder(date_beg: datetime) -> Path:
    """Return the folder below MEDIA_ROOT for the previews of a cube: one for each day of observation."""
    return Path(PREVIEWS) / f"{date_beg:%Y-%m-%d}"


def remove_files_after_commit(row: Model) -> None:
    """Remove the files that a row names, once the transaction that removes the row is committed."""
    for field in row._meta.concrete_fields:
        if isinstance(field, FileField):
            path = Path(settings.MEDIA_ROOT) / getattr(row, field.name).name
            transaction.on_commit(partial(path.unlink, missing_ok=True))


def discard_files(names: list[str]) -> None:
    """Remove files below MEDIA_ROOT that were written for rows that were not."""
    for name in names:
        (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)
