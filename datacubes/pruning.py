"""Finds preview files that no row names, and rows whose file is missing."""

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

YOUNG_SECONDS = 24 * 3600  # A younger file may still get its row, because files are written before rows.
_BATCH = 500
_FIELDS = ((ImagePreview, "file"), (VideoPreview, "file"), (VideoPreview, "poster"))


@dataclass(frozen=True)
class SurplusFile:
    """A file that no row names."""

    path: Path
    size: int


@dataclass(frozen=True)
class MissingFile:
    """A row whose file is missing or differs from its written size."""

    oid: str
    file: str


def surplus_files(young_seconds: float = YOUNG_SECONDS) -> Iterator[SurplusFile]:
    """Yield the preview files that no row names, without those younger than `young_seconds`."""
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
    """Yield the rows whose file is missing or has another size; once for a file that several sizes share."""
    reported = None
    for model, field in _FIELDS:
        rows = model.objects.order_by("pk").values_list("pk", "cube__oid", field, "size")
        for pk, oid, name, size in rows.iterator(_BATCH):
            status = _status(name)
            if status is not None and stat.S_ISREG(status.st_mode) and (field == "poster" or status.st_size == size):
                continue
            # An ingestion may have replaced the row and removed its file since the row was read.
            if name != reported and model.objects.filter(pk=pk, **{field: name}).exists():
                reported = name
                yield MissingFile(oid, name)


def _names_of_rows() -> Iterator[str]:
    """Yield the file names of all rows, in Python's order of texts."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return heapq.merge(
        *(
            model.objects.order_by(Collate(field, collation)).values_list(field, flat=True).iterator(_BATCH)
            for model, field in _FIELDS
        )
    )


def _names_of_files(folder: str) -> Iterator[str]:
    """Yield the files in and below a folder of MEDIA_ROOT, in the same order."""
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
    """Return the status of a file below MEDIA_ROOT; None if it has been renamed or removed meanwhile."""
    try:
        return os.stat(Path(settings.MEDIA_ROOT) / name)
    except (FileNotFoundError, NotADirectoryError):
        return None
