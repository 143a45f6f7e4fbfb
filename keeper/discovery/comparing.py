"""Compares files that were found with what is recorded of them."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from common.errors import PermanentError
from common.paths import check_form, confined_path
from cubefile.names import check_name
from datacubes.models import Companion, DataCube
from keeper.discovery.tree import FoundFile
from workorders.models import WorkOrder


class Verdict(StrEnum):
    """What is to be done about a file that differs from what is recorded."""

    NEW = "new"
    CHANGED = "changed"
    WAITING = "waiting"
    REFUSED = "refused"


class Finding(NamedTuple):
    """A file with the verdict, and the reason of a refusal."""

    file: FoundFile
    verdict: Verdict
    reason: str = ""


def compare(files: list[FoundFile]) -> Iterator[Finding]:
    """Yield those of some hundreds of files that are new or changed.

    Left out are a file whose order is pending, one whose last run began after its last change, as its order has failed
    or the archive has a later export, and one whose cube staff have withdrawn.

    Raises
    ------
    TransientError
        If the storage does not answer.
    """
    paths = [file.relative_path for file in files]
    recorded, withdrawn = _recorded(paths)
    others = [file for file in files if (file.size, file.modified_ns) not in recorded[file.relative_path]]
    if not others:
        return
    seen_since = _last_runs(file.relative_path for file in others)
    still_since = time.time() - settings.DISCOVERY_STILL_SECONDS
    for file in others:
        path = file.relative_path
        if path in withdrawn or _changed_at(file) <= (seen_since.get(path) or _NEVER):
            continue
        if reason := _refusal(file):
            yield Finding(file, Verdict.REFUSED, reason)
        elif file.changed_at > still_since:
            yield Finding(file, Verdict.WAITING)
        else:
            yield Finding(file, Verdict.CHANGED if recorded[path] else Verdict.NEW)


_NEVER = datetime.min.replace(tzinfo=UTC)
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def _recorded(paths: list[str]) -> tuple[dict[str, set[tuple[int, int | None]]], set[str]]:
    """Return the recorded sizes and modification times of paths, and the paths of cubes that staff have withdrawn."""
    recorded: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
    withdrawn: set[str] = set()
    cubes = DataCube.every.filter(relative_path__in=paths).order_by()
    for path, size, modified_ns, withdrawn_at, replaced_by in cubes.values_list(
        "relative_path", "size", "modified_ns", "withdrawn_at", "replaced_by"
    ):
        recorded[path].add((size, modified_ns))
        if withdrawn_at and not replaced_by:
            withdrawn.add(path)
    if len(recorded) < len(paths):
        rest = [path for path in paths if path not in recorded]
        companions = Companion.objects.filter(relative_path__in=rest).order_by()
        for path, size, modified_ns in companions.values_list("relative_path", "size", "modified_ns"):
            recorded[path].add((size, modified_ns))
    return recorded, withdrawn


def _last_runs(paths: Iterable[str]) -> dict[str, datetime | None]:
    """Return up to when changes of some paths have been seen: for ever while the order is pending."""
    orders = WorkOrder.objects.filter(relative_path__in=list(paths)).order_by()
    return {
        path: began if WorkOrder(status=status).has_ended else _ALWAYS
        for path, status, began in orders.values_list("relative_path", "status", "run__started_at")
    }


def _changed_at(file: FoundFile) -> datetime:
    return datetime.fromtimestamp(file.changed_at, UTC)


def _refusal(file: FoundFile) -> str:
    """Return why a file cannot be posted; empty if it can. A walk leaves the root by links to files only."""
    try:
        if file.is_link:
            confined_path(Path(settings.SCIENCE_DATA_ROOT), file.relative_path)
        else:
            check_form(file.relative_path)
        check_name(file.relative_path)
    except PermanentError as error:
        return str(error)
    return ""
