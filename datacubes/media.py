"""Places the files of previews below MEDIA_ROOT, and removes them when no row names them any more."""

from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import FileField, Model

PREVIEWS = "previews"


def preview_folder(date_beg: datetime) -> Path:
    """Return the folder below MEDIA_ROOT for a cube's previews; each day of observation has one."""
    return Path(PREVIEWS) / f"{date_beg:%Y-%m-%d}"


def remove_files_after_commit(row: Model) -> None:
    """Remove the files that a row names when the transaction that removes the row commits."""
    for field in row._meta.concrete_fields:
        if isinstance(field, FileField):
            path = Path(settings.MEDIA_ROOT) / getattr(row, field.name).name
            transaction.on_commit(partial(path.unlink, missing_ok=True))


def discard_files(names: list[str]) -> None:
    """Remove files below MEDIA_ROOT whose rows were not written."""
    for name in names:
        (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)
