"""Audits one file: reads it, and compares it with what is recorded."""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from catalogue.downloads.as_ingested import FileReplaced, check_as_ingested
from common.errors import PermanentError, TransientError
from common.paths import FileAbsent, PathRefused, check_storage, open_confined
from cubefile.cube import CubeFile
from cubefile.sums import FileSums, sum_file
from datacubes.models import Companion, DataCube
from keeper.fixity.results import Audit, Result
from keeper.models import AuditedFile


def audit(held: DataCube | Companion, known: AuditedFile | None, on_chunk: Callable[[int], object]) -> Audit:
    """Read the whole file of a cube or companion, and return what was found.

    Parameters
    ----------
    held
        The cube or companion.
    known
        Its last audit.
    on_chunk
        Called with the number of bytes of each chunk that was read.

    Raises
    ------
    TransientError
        If the storage is away.
    """
    root = Path(settings.SCIENCE_DATA_ROOT)
    try:
        descriptor = open_confined(root, held.relative_path)
    except (PathRefused, FileAbsent) as error:
        return Audit(Result.ABSENT, str(error))
    except TransientError as error:
        return _unreadable(root, error)
    try:
        return _audit(CubeFile(descriptor, root, held.relative_path), held, known, on_chunk)
    except TransientError as error:
        return _unreadable(root, error)
    finally:
        os.close(descriptor)


def _audit(
    file: CubeFile, held: DataCube | Companion, known: AuditedFile | None, on_chunk: Callable[[int], object]
) -> Audit:
    before = _identity(file.descriptor)
    try:
        check_as_ingested(held, file.descriptor)
    except FileReplaced:
        return Audit(Result.REPLACED, "The file is not the ingested one: its size, time and header are others.")
    sums, wrong = _read(file, held, on_chunk)
    # Whoever writes to the file during the audit changes its time, and whoever replaces it changes what is at its path.
    if sums is None or _identity(file.descriptor) != before or file.has_changed():
        return Audit(Result.REPLACED, "The file was changed or replaced during the audit.")
    if known and known.vouches_for(file.size, file.modified_ns) and known.sha256 != sums.sha256:
        wrong.append(
            f"Its SHA-256 is {sums.sha256}; it was {known.sha256} at an earlier audit. Size and modification time are "
            "the same."
        )
    result = Result.DAMAGED if wrong else Result.WHOLE
    details = " ".join(wrong) or _note(sums)
    return Audit(result, details, sums.sha256, file.size, file.modified_ns)


def _read(
    file: CubeFile, held: DataCube | Companion, on_chunk: Callable[[int], object]
) -> tuple[FileSums | None, list[str]]:
    """Read the file; return its sums, None if it became shorter, and what is wrong with it."""
    wrong: list[str] = []
    try:
        hdus = file.check_whole()
        if held.header_digest and file.header_digest != held.header_digest:
            wrong.append("Its header is not the ingested one, at the same size and modification time.")
    except PermanentError as error:
        hdus = []
        wrong.append(f"It could be read when it was ingested, and no longer can: {error}")
    try:
        sums = sum_file(file.descriptor, file.size, hdus, on_chunk)
    except PermanentError:
        return None, wrong
    if sums.wrong_datasums:
        wrong.append(f"The data do not agree with DATASUM of {', '.join(sums.wrong_datasums)}.")
    return sums, wrong


def _note(sums: FileSums) -> str:
    if not sums.wrong_checksums:
        return ""
    return (
        f"CHECKSUM of {', '.join(sums.wrong_checksums)} does not agree, while the data do. Most likely, the header was "
        "edited without a new CHECKSUM."
    )


def _unreadable(root: Path, error: TransientError) -> Audit:
    check_storage(root)
    return Audit(Result.UNREADABLE, str(error))


def _identity(descriptor: int) -> tuple[int, ...]:
    status = os.fstat(descriptor)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
