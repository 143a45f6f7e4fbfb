"""Whether a file still is the one that was ingested: access was decided for that one."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from common.errors import PermanentError
from common.hooks import Hook
from cubefile import CubeFile
from datacubes.models import Companion, DataCube, FITSHeader

queue_again: Hook[[str, datetime], bool] = Hook("queue a file that has changed")
"""Takes a path and when its file changed. Queues it unless that change was tried already; returns whether an order for
it was pending before."""


class FileReplaced(Exception):
    """The path holds another file than the one that was ingested.

    Attributes
    ----------
    changed_at
        When the file came to be as it is, UTC.
    """

    def __init__(self, changed_at: datetime) -> None:
        super().__init__("The path holds another file than the one that was ingested.")
        self.changed_at = changed_at


def check_as_ingested(ingested: DataCube | Companion, descriptor: int) -> None:
    """Make sure that an open file is the one that was ingested.

    Size and modification time say so. If they differ, or were never recorded, the digest of the header decides: a file
    that was copied or touched is the same.

    Raises
    ------
    FileReplaced
        If it is another file, or has no header that can be read.
    TransientError
        If the storage answers with an error.
    """
    status = os.fstat(descriptor)
    if (status.st_size, status.st_mtime_ns) == (ingested.size, ingested.modified_ns):
        return
    changed_at = datetime.fromtimestamp(status.st_ctime, UTC)
    try:
        digest = CubeFile(descriptor, Path(), ingested.relative_path).header_digest
    except PermanentError as error:
        raise FileReplaced(changed_at) from error
    if digest != (ingested.header_digest or _digest_of_stored_header(ingested)):
        raise FileReplaced(changed_at)


def _digest_of_stored_header(ingested: DataCube | Companion) -> str:
    header = FITSHeader.objects.filter(cube__oid=ingested.oid).first()
    return hashlib.sha256(header.text.encode("latin-1")).hexdigest() if header else ""
