"""Checks that a file is still the ingested one, because the access rules were decided for that one."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from common.errors import PermanentError
from common.hooks import Hook
from datacubes.models import Companion, DataCube, FITSHeader

queue_again: Hook[[str, datetime], bool] = Hook("queue a file that has changed")
"""Receives a path and the time at which its file changed. Queues the path unless this change was tried already. Returns
whether an order for it was already pending."""


class FileReplaced(Exception):
    """The path holds another file than the ingested one.

    Attributes
    ----------
    changed_at
        When the file was last changed, UTC.
    """

    def __init__(self, changed_at: datetime) -> None:
        super().__init__("The path holds another file than the ingested one.")
        self.changed_at = changed_at


def check_as_ingested(ingested: DataCube | Companion, descriptor: int) -> None:
    """Check that an open file is the ingested one.

    If size and modification time are equal, it is. If they differ, or were never recorded, the digest of the header
    decides, so that a copied or touched file counts as the same.

    Raises
    ------
    FileReplaced
        If it is another file, or its header cannot be read.
    TransientError
        If the storage answers with an error.
    """
    status = os.fstat(descriptor)
    if (status.st_size, status.st_mtime_ns) == (ingested.size, ingested.modified_ns):
        return
    from cubefile.cube import CubeFile  # Imports astropy, which few requests need.

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
