"""Notes files of cubes that are gone, shows them as missing after a while, and clears those that are back."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.batches import batches
from common.errors import TransientError
from common.paths import check_storage
from datacubes.missing import note_found, note_missing
from datacubes.models import Companion, DataCube
from keeper.events.kinds import Kind
from keeper.events.recording import record
from keeper.models import GoneFile
from svo.notes import note_cube

FILES_AT_ONCE = 1000
TOLD_AT_ONCE = 100
FEW = 10
"""So many files may always become missing at once."""


class Recorded(NamedTuple):
    """The file of a cube or companion as it is recorded."""

    id: int
    relative_path: str
    oid: str
    size: int
    modified_ns: int | None
    header_digest: str


def is_gone(root: Path, relative_path: str) -> bool | None:
    """Return whether there is no file at a path; None if the storage does not tell. Check the storage afterwards."""
    try:
        return not stat.S_ISREG(os.stat(os.path.join(root, relative_path)).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return None


def find_gone(root: Path, folder: str, tick: Callable[[], None]) -> Iterator[Recorded]:
    """Yield the recorded files below a folder that are gone.

    Raises
    ------
    TransientError
        If the storage is away. What was yielded before was gone while it was there.
    """
    rows = [model.objects.filter(_below(folder)) for model in (DataCube, Companion)]
    for files in batches(chain.from_iterable(map(_recorded, rows)), FILES_AT_ONCE):
        tick()
        gone = [file for file in files if is_gone(root, file.relative_path)]
        if gone:
            check_storage(root)
            yield from gone


def note_gone(files: list[Recorded]) -> None:
    """Keep since when files are gone; those that are noted already keep their time."""
    GoneFile.objects.bulk_create(
        [GoneFile(**{name: getattr(file, name) for name in _NOTED}) for file in files], ignore_conflicts=True
    )


_NOTED = ("relative_path", "oid", "size", "header_digest")


def overdue(files: list[Recorded]) -> set[str]:
    """Return the paths of those of some gone files that are to be shown as missing."""
    due = _due().filter(relative_path__in=[file.relative_path for file in files])
    return set(due.values_list("relative_path", flat=True))


def find_returned(root: Path, folder: str, tick: Callable[[], None]) -> Iterator[DataCube | Companion]:
    """Yield the cubes and companions that are shown as missing, and whose files are there as they were ingested."""
    for model in (DataCube, Companion):
        last = 0
        while rows := _missing(model, folder, last):
            for row in rows:
                tick()
                if _is_as_ingested(root, row):
                    yield row
            last = rows[-1].pk


def show_as_found(row: DataCube | Companion) -> None:
    """Clear a file that is back, and tell the SVO."""
    with transaction.atomic():
        note_found(row)
        _tell_svo(row)


def forget_returned(root: Path, tick: Callable[[], None]) -> None:
    """Delete the notes of files that are back, and of those that the archive no longer has at this path."""
    last = 0
    while notes := list(GoneFile.objects.filter(pk__gt=last).order_by("pk")[:FILES_AT_ONCE]):
        tick()
        last = notes[-1].pk
        held = _held_at([note.relative_path for note in notes])
        over = [
            note.pk for note in notes if note.relative_path not in held or is_gone(root, note.relative_path) is False
        ]
        GoneFile.objects.filter(pk__in=over).delete()


def show_missing(root: Path, tick: Callable[[], None]) -> int:
    """Show the files as missing that are gone for long enough: tell the SVO, record events; return their number.

    Raises
    ------
    TransientError
        If the storage is away, or so many files are gone that a part of it must be.
    """
    due = _due()
    _check_share(due.count())
    shown = 0
    for notes in batches(list(due.order_by("pk").values_list("pk", flat=True)), TOLD_AT_ONCE):
        tick()
        with transaction.atomic():
            rows = list(GoneFile.objects.select_for_update().filter(pk__in=notes, told_at=None).order_by("pk"))
            gone = [note for note in rows if is_gone(root, note.relative_path)]
            check_storage(root)
            held = _held_at([note.relative_path for note in gone])
            for note in gone:
                for row in held.get(note.relative_path, []):
                    note_missing(row, since=note.noticed_at)
                    _tell_svo(row)
                    record(
                        Kind.FILE_MISSING,
                        oid=row.oid,
                        path=note.relative_path,
                        message=f"The file is gone since {note.noticed_at:%Y-%m-%d %H:%M} UTC.",
                    )
            shown += GoneFile.objects.filter(pk__in=[note.pk for note in gone]).update(told_at=timezone.now())
    return shown


def _due() -> QuerySet[GoneFile]:
    limit = timezone.now() - timedelta(hours=settings.DISCOVERY_GONE_HOURS)
    return GoneFile.objects.filter(told_at=None, noticed_at__lte=limit)


def _check_share(due: int) -> None:
    """Refuse to show more files as missing than a part of the storage that is away explains better."""
    if due <= FEW:
        return
    every = DataCube.objects.count() + Companion.objects.count()
    if due > settings.DISCOVERY_MAX_MISSING * every:
        raise TransientError(
            f"{due} of {every} files are gone, more than DISCOVERY_MAX_MISSING allows at once "
            f"({settings.DISCOVERY_MAX_MISSING:g}). None is shown as missing. Is a part of the storage not mounted? If "
            "they are gone for good, raise DISCOVERY_MAX_MISSING for one walk."
        )


def _below(folder: str) -> Q:
    return Q(relative_path__startswith=f"{folder}/") if folder else Q()


def _recorded(rows: QuerySet[Any]) -> Iterator[Recorded]:
    """Yield the files of rows, in batches by primary key: a cursor would hold its transaction open for the walk."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list(*Recorded._fields)[:FILES_AT_ONCE]):
        yield from (Recorded(*values) for values in found)
        last = found[-1][0]


def _missing(model: type[DataCube] | type[Companion], folder: str, last: int) -> Sequence[DataCube | Companion]:
    rows = model.objects.filter(_below(folder), pk__gt=last, missing_since__isnull=False)
    return list(rows.order_by("pk")[:FILES_AT_ONCE])


def _is_as_ingested(root: Path, row: DataCube | Companion) -> bool:
    try:
        status = os.stat(root / row.relative_path)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (row.size, row.modified_ns)


def _held_at(paths: list[str]) -> dict[str, list[DataCube | Companion]]:
    held: dict[str, list[DataCube | Companion]] = {}
    for cube in DataCube.objects.select_related("instrument__in_svo").filter(relative_path__in=paths):
        held.setdefault(cube.relative_path, []).append(cube)
    for companion in Companion.objects.filter(relative_path__in=paths):
        held.setdefault(companion.relative_path, []).append(companion)
    return held


def _tell_svo(row: DataCube | Companion) -> None:
    if isinstance(row, DataCube):
        note_cube(row)
