"""Writes files into the media folder under unique names, each whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from common.errors import TransientError

UNFINISHED_SUFFIX = ".part"

NewPart = Callable[[str], Path]
"""Takes a suffix such as “.jpg” and returns a path to write to."""


@contextmanager
def new_files(folder: Path) -> Iterator[NewPart]:
    """Let the block write files that belong together. In the end, all of them exist or none.

    The block receives a function that takes a suffix (“.jpg”) and returns a path to write to. Each path is that of the
    final file with ``.part`` at its end; the files are renamed when the block ends.

    Files are not flushed to the disk, because previews can be made again. After a power failure a file may be shorter
    than the size in its row, which shows the damage.

    Raises
    ------
    TransientError
        If the folder cannot be written to.
    """
    parts: list[Path] = []

    def new_part(suffix: str) -> Path:
        parts.append(folder / f"{uuid4().hex}{suffix}{UNFINISHED_SUFFIX}")
        return parts[-1]

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield new_part
        for part in parts:
            part.rename(finished(part))
    except BaseException as error:
        for part in parts:
            part.unlink(missing_ok=True)
            finished(part).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise TransientError(f"Previews cannot be written to {folder}: {error.strerror}.") from error
        raise


def finished(part: Path) -> Path:
    """Return the final path of a file of `new_files`."""
    return part.with_name(part.name.removesuffix(UNFINISHED_SUFFIX))
