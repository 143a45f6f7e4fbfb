"""New files in the media folder: whole or not at all, under names that nothing else has."""

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
    """Let the block write files that belong together; all of them are there in the end, or none.

    The block is given a function that takes a suffix (“.jpg”) and returns a path to write to. Each path is that of the
    file as it will be called, with ``.part`` at its end until the block is done.

    Nothing is flushed to the disk, as previews can be made again: after a power failure a file may be shorter than it
    was, which its row, that knows the size, tells.

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
    """Return the path that a file of `new_files` has in the end."""
    return part.with_name(part.name.removesuffix(UNFINISHED_SUFFIX))
