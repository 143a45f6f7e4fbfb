"""Files of previews that no row names, and rows whose file is missing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from datacubes.models import ImagePreview, VideoPreview
from datacubes.previews.media import PREVIEWS

YOUNG_SECONDS = 24 * 3600  # Files are written before the rows that name them.
_BATCH = 500


@dataclass(frozen=True)
class MissingFile:
    """A row whose file is not there, or not of the length that it was written with."""

    oid: str
    file: str


def surplus_files(young_seconds: float = YOUNG_SECONDS) -> Iterator[Path]:
    """Go through the files of previews that no row names; files younger than that may get their row yet."""
    born_before = time.time() - young_seconds
    for folder in sorted((Path(settings.MEDIA_ROOT) / PREVIEWS).glob("*")):
        named = _names_in(folder)
        for path in sorted(folder.iterdir()):
            if path.relative_to(settings.MEDIA_ROOT).as_posix() not in named and path.stat().st_mtime < born_before:
                yield path


def missing_files() -> Iterator[MissingFile]:
    """Go through the rows whose file is missing or has another length."""
    for model, fields in ((ImagePreview, ["file"]), (VideoPreview, ["file", "poster"])):
        for row in model.objects.select_related("cube").iterator(_BATCH):
            for field in fields:
                path = Path(settings.MEDIA_ROOT) / getattr(row, field).name
                if not path.is_file() or (field == "file" and path.stat().st_size != row.size):
                    yield MissingFile(row.cube.oid, getattr(row, field).name)


def _names_in(folder: Path) -> set[str]:
    """Return the names that rows have for files in a folder of one day of observation."""
    prefix = f"{folder.relative_to(settings.MEDIA_ROOT).as_posix()}/"
    names = set(ImagePreview.objects.filter(file__startswith=prefix).values_list("file", flat=True))
    movies = VideoPreview.objects.filter(file__startswith=prefix).values_list("file", "poster")
    return names.union(*movies)
