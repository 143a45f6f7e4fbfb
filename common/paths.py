"""Untrusted paths, confined to the science data folder."""

import errno
import os
import stat
from pathlib import Path, PurePosixPath

from common.errors import PermanentError, TransientError

MAX_PATH_BYTES = 1000  # Well below what systems allow (4,096), and short enough to be a unique key in any database.


class PathRefused(PermanentError):
    """The path is not one of a regular file inside the science data folder."""


class FileMissing(PathRefused):
    """There is no file at the path at the moment, or this process may not see it."""


class FileAbsent(TransientError):
    """The file to be opened does not exist; it may still appear."""


# O_PATH needs no right to list the folder.
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC

# Errors of a look-up that say more than that the storage does not answer.
_MEANINGS: dict[int | None, type[PathRefused | TransientError]] = {
    errno.EACCES: FileMissing,
    errno.ELOOP: PathRefused,
    errno.ENAMETOOLONG: PathRefused,
    errno.EILSEQ: PathRefused,
}


def confined_path(root: Path, relative_path: str) -> Path:
    """Check an untrusted path and return where it really is.

    Nothing is opened, so a FIFO or a device cannot block or be woken up.

    Parameters
    ----------
    root
        The folder that the path must stay in, symbolic links followed.
    relative_path
        The path below `root`, as it came in a request.

    Raises
    ------
    PathRefused
        If it is absolute, has ``..``, is too long, holds characters that no path has, leaves `root`
        by a symbolic link, does not exist, or is not a regular file.
    TransientError
        If the storage does not tell.
    """
    check_form(relative_path)
    try:
        real_root = os.path.realpath(root)
        real_path = os.path.realpath(os.path.join(real_root, relative_path), strict=True)
        mode = os.lstat(real_path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        check_storage(root)
        raise FileMissing(f"There is no file “{relative_path}” in the science data folder.") from None
    except OSError as error:
        kind = _MEANINGS.get(error.errno, TransientError)
        raise kind(f"“{relative_path}” cannot be looked up: {error.strerror}.") from None
    if os.path.commonpath([real_root, real_path]) != real_root:
        raise PathRefused(f"“{relative_path}” leaves the science data folder by a symbolic link.")
    if not stat.S_ISREG(mode):
        raise PathRefused(f"“{relative_path}” is not a regular file.")
    return Path(real_path)


def check_form(relative_path: str) -> None:
    """Check the text of an untrusted path; nothing is looked up.

    Raises
    ------
    PathRefused
        If it is absolute, has ``..``, is too long, or holds characters that no path has.
    """
    try:
        length = len(relative_path.encode())
    except UnicodeEncodeError:
        raise PathRefused("The path holds characters that cannot be encoded.") from None
    path = PurePosixPath(relative_path)
    if not relative_path or not relative_path.isprintable():
        raise PathRefused("The path is empty or holds control characters.")
    if length > MAX_PATH_BYTES:
        raise PathRefused(f"The path is {length} bytes long; at most {MAX_PATH_BYTES} are accepted.")
    if path.is_absolute() or ".." in path.parts or "\\" in relative_path:
        raise PathRefused("The path must be relative to the science data folder, without “..” or “\\”.")
    if str(path) != relative_path:
        raise PathRefused(f"The path must be in its plain form: “{path}”.")


def check_storage(root: Path) -> None:
    """Distinguish a missing file from missing storage: a folder that is not mounted is missing or empty.

    Raises
    ------
    TransientError
        If the folder is not there, or is empty.
    """
    try:
        with os.scandir(root) as entries:
            if next(entries, None) is not None:
                return
    except OSError as error:
        raise TransientError(f"The science data folder cannot be read: {error.strerror}.") from error
    raise TransientError("The science data folder is empty: is its storage mounted?")


def is_there(root: Path, relative_path: str) -> bool:
    """Return whether there is a regular file at a path below `root`.

    Raises
    ------
    TransientError
        If the storage does not answer, or is not mounted.
    """
    try:
        confined_path(root, relative_path)
    except PathRefused:
        return False
    return True


def open_confined(root: Path, relative_path: str) -> int:
    """Open an untrusted path for reading and return its file descriptor.

    Symbolic links are resolved first. The path that they lead to is then opened folder by folder, each relative to the
    one before, and no part may be a link. So the file lies below `root`, even if folders are exchanged meanwhile.

    Raises
    ------
    PathRefused
        As for `confined_path`, but not if there is no file.
    FileAbsent
        If there is no file.
    TransientError
        If it cannot be opened at the moment, or was replaced while it was opened.
    """
    try:
        path = confined_path(root, relative_path)
    except FileMissing as error:
        raise FileAbsent(str(error)) from error
    real_root = os.path.realpath(root)
    *folders, name = path.relative_to(real_root).parts
    try:
        folder = os.open(real_root, _FOLDER)
        try:
            for part in folders:
                inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            # O_NONBLOCK: should the file have become a FIFO since the check, the open returns at once.
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise TransientError(f"“{relative_path}” cannot be opened: {error.strerror}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise TransientError(f"“{relative_path}” was replaced while it was opened.")
    return descriptor
