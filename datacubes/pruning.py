"""Files of previews that no row names, and rows whose file is missing."""

import heapq
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models.functions import Collate

from datacubes.media import PREVIEWS
from datacubes.models import ImagePreview, VideoPreview

YOUNG_SECONDS = 24 * 3600  # Files are written before the rows that name them.
_BATCH = 500
_FIELDS = ((ImagePreview, "file"), (VideoPreview, "file"), (VideoPreview, "poster"))


@dataclass(frozen=True)
class SurplusFile:
    """A file that no row names."""

    path: Path
    size: int


@dataclass(frozen=True)
class MissingFile:
    """A row whose file is not there, or not of the length that it was written with."""

    oid: str
    file: str


def surplus_files(young_seconds: float = YOUNG_SECONDS) -> Iterator[SurplusFile]:
    """Go through the files of previews that no row names; files younger than that may get their row yet."""
    born_before = time.time() - young_seconds
    names_of_rows = _names_of_rows()
    named = next(names_of_rows, None)
    for name in _names_of_files(f"{PREVIEWS}/"):
        while named is not None and named < name:
            named = next(names_of_rows, None)
        if name != named:
            status = _status(name)
            if status is not None and status.st_mtime < born_before:
                yield SurplusFile(Path(settings.MEDIA_ROOT) / name, status.st_size)


def missing_files() -> Iterator[MissingFile]:
    """Go through the rows whose file is missing or has another length."""
    for model, field in _FIELDS:
        rows = model.objects.order_by("pk").values_list("pk", "cube__oid", field, "size")
        for pk, oid, name, size in rows.iterator(_BATCH):
            status = _status(name)
            if status is not None and stat.S_ISREG(status.st_mode) and (field == "poster" or status.st_size == size):
                continue
            # An ingestion may have replaced the row, and removed its file, since the row was read.
            if model.objects.filter(pk=pk, **{field: name}).exists():
                yield MissingFile(oid, name)


def _names_of_rows() -> Iterator[str]:
    """Go through the names that rows have for files, in the order that Python gives to texts."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return heapq.merge(
        *(
            model.objects.order_by(Collate(field, collation)).values_list(field, flat=True).iterator(_BATCH)
            for model, field in _FIELDS
        )
    )


def _names_of_files(folder: str) -> Iterator[str]:
    """Go through the files in a folder below MEDIA_ROOT and in its folders, in the same order."""
    try:
        with os.scandir(Path(settings.MEDIA_ROOT) / folder) as entries:
            names = sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries)
    except FileNotFoundError:
        return
    for name in names:
        if name.endswith("/"):
            yield from _names_of_files(folder + name)
        else:
            yield folder + name


def _status(name: str) -> os.stat_result | None:
    """Look at a file below MEDIA_ROOT; None if it is not there, as it may have been renamed or removed meanwhile."""
    try:
        return os.stat(Path(settings.MEDIA_ROOT) / name)
    except (FileNotFoundError, NotADirectoryError):
        return None
