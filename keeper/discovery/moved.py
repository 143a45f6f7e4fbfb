"""Recognises files that were moved: the same size and header at another path, and none at the former one."""

from pathlib import Path
from typing import Any

from django.conf import settings

from common.errors import PermanentError, TransientError
from keeper.discovery.tree import FoundFile
from keeper.models import GoneFile
from workorders.models import WorkOrder
from workorders.queue import standing


def requests_for(files: list[FoundFile]) -> dict[str, dict[str, Any]]:
    """Return the requests for some new files, by path.

    A moved file whose OID came with its order keeps it. Any other is the same cube by its own header. A file that
    cannot be read at the moment is left out.
    """
    sizes = set(GoneFile.objects.filter(size__in={file.size for file in files}).values_list("size", flat=True))
    requests: dict[str, dict[str, Any]] = {}
    for file in files:
        try:
            oid = _ordered_oid(file) if file.size in sizes else ""
        except TransientError:
            continue
        requests[file.relative_path] = {"oid": oid} if oid else {}
    return requests


def _ordered_oid(file: FoundFile) -> str:
    """Return the OID that the order of the file's former path gave; empty if it gave no OID."""
    from cubefile.cube import open_cube  # Imports astropy, which few walks need.

    try:
        with open_cube(Path(settings.SCIENCE_DATA_ROOT), file.relative_path) as cube_file:
            digest = cube_file.header_digest
    except PermanentError:
        return ""  # Its order will fail with the reason.
    formerly = GoneFile.objects.filter(size=file.size, header_digest=digest).values("relative_path")
    order = WorkOrder.objects.filter(relative_path__in=formerly, request__has_key="oid").first()
    return str(standing(order).get("oid") or "") if order else ""
