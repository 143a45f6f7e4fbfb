"""Walks through the files below a folder, depth first. Memory depends on the depth only."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from common.paths import check_storage
from cubefile.names import looks_like_cube

MAX_DEPTH = 100
"""Of folders in folders. Each folder on the way is open meanwhile."""


class FoundFile(NamedTuple):
    """A file that looks like a cube.

    Attributes
    ----------
    relative_path
        The path below the science data folder.
    size, modified_ns
        Size in bytes and modification time in nanoseconds since 1970.
    changed_at
        The time of the last change of content or attributes, in seconds since 1970. Unlike the modification time, no
        program sets it.
    is_link
        Whether it is a link to a file.
    """

    relative_path: str
    size: int
    modified_ns: int
    changed_at: float
    is_link: bool = False


@dataclass(frozen=True)
class Patterns:
    """Which paths are found: patterns of `fnmatch` for the path below the root, where ``*`` also matches ``/``.

    A folder that an exclude pattern matches is not entered.
    """

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()

    def leave_out(self, path: str) -> bool:
        """Return whether a file or folder is excluded."""
        return any(fnmatchcase(path, pattern) for pattern in self.exclude)

    def take(self, path: str) -> bool:
        """Return whether the path of a file is wanted, by its name and by the patterns."""
        return (
            looks_like_cube(path)
            and not self.leave_out(path)
            and any(fnmatchcase(path, pattern) for pattern in self.include)
        )

    def take_all_of(self, path: str) -> bool:
        """Return whether a walk would find a path: `take`, with no folder on the way hidden or excluded."""
        parts = path.split("/")
        folders = ("/".join(parts[:number]) for number in range(1, len(parts)))
        return not any(part.startswith(".") for part in parts) and not any(map(self.leave_out, folders))


@dataclass
class Tree:
    """The files below a root, or below one of its folders.

    Hidden files and folders are left out. A link to a file counts as a file if it leads to one that the walk does not
    find by itself. Links to folders are not followed: what they lead to is found where it is.

    Attributes
    ----------
    refuse
        Called with the path and the reason for each name that cannot be posted, and each folder that cannot be read.
    tick
        Called for each entry of each folder.
    """

    root: Path
    patterns: Patterns
    refuse: Callable[[str, str], None]
    tick: Callable[[], None]

    def files(self, folder: str = "") -> Iterator[FoundFile]:
        """Yield the files below a folder, given by its path below the root.

        Raises
        ------
        TransientError
            If the storage is away.
        """
        way = [self._entries(folder)]
        while way:
            for path, entry in way[-1]:
                self.tick()
                if entry.is_dir(follow_symlinks=False):
                    if self._enters(path, len(way)):
                        way.append(self._entries(path))
                        break
                elif self.patterns.take(path) and (found := self._found(path, entry)):
                    yield found
            else:
                way.pop()

    def _entries(self, folder: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(os.path.join(self.root, folder)) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        yield prefix + entry.name, entry
        except (FileNotFoundError, NotADirectoryError):
            check_storage(self.root)  # It was removed meanwhile.
        except OSError as error:
            check_storage(self.root)
            self.refuse(folder, f"The folder cannot be read: {error.strerror}.")

    def _enters(self, path: str, depth: int) -> bool:
        if self.patterns.leave_out(path):
            return False
        if not _is_text(path):
            self.refuse(path, "The name of the folder is not UTF-8. Rename it; nothing in it is found.")
            return False
        if depth >= MAX_DEPTH:
            self.refuse(path, f"More than {MAX_DEPTH} folders lie in each other. Nothing in this one is found.")
            return False
        return True

    def _found(self, path: str, entry: os.DirEntry[str]) -> FoundFile | None:
        if not _is_text(path):
            self.refuse(path, "The name is not UTF-8. Rename the file.")
            return None
        try:
            is_link = entry.is_symlink()
            if is_link and self._is_found_by_itself(path):
                return None
            status = entry.stat()
        except FileNotFoundError:  # It was removed meanwhile, or a link leads nowhere.
            return None
        except OSError as error:
            check_storage(self.root)
            self.refuse(path, f"The file cannot be looked up: {error.strerror}.")
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return FoundFile(path, status.st_size, status.st_mtime_ns, status.st_ctime, is_link)

    def _is_found_by_itself(self, link: str) -> bool:
        real_root = os.path.realpath(self.root)
        target = os.path.relpath(os.path.realpath(self.root / link), real_root)
        return not target.startswith("../") and self.patterns.take_all_of(target)


def _is_text(path: str) -> bool:
    """Return whether the bytes of a path are UTF-8; others are surrogates in Python's texts."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
