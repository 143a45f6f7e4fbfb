"""Finds the source of a cube's previews: a file that the order names, a file beside the cube, or the cube itself."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import PermanentError, TransientError
from common.paths import confined_path
from cubefile.cube import CubeFile
from cubefile.names import stem


@dataclass(frozen=True)
class SourceFile:
    """An image or a movie that the pipeline made.

    Attributes
    ----------
    relative_path
        The path below the science data folder.
    size, modified_ns
        Size in bytes and modification time in nanoseconds since 1970; a change of either means a changed file.
    """

    relative_path: str
    size: int
    modified_ns: int

    @property
    def fingerprint(self) -> str:
        """Return a text that changes with the file."""
        return f"{self.relative_path} {self.size} {self.modified_ns}"


def find_source(cube: CubeFile, named: str | None, suffixes: Sequence[str]) -> SourceFile | None:
    """Return the file that the order names, or else the first beside the cube with its stem and one of the suffixes.

    Raises
    ------
    TransientError
        If the storage fails to answer whether a file exists; previews must not change because of that.
    """
    beside = [stem(cube.relative_path) + suffix for suffix in suffixes]
    for relative_path in [named, *beside] if named else beside:
        if relative_path != named and not _may_exist(f"{cube.root}/{relative_path}"):
            continue
        try:
            status = os.stat(confined_path(cube.root, relative_path))
        except (PermanentError, FileNotFoundError, NotADirectoryError):
            continue  # It is missing or may not be read; try the next one.
        except OSError as error:
            raise TransientError(f"“{relative_path}” cannot be looked up: {error.strerror}.") from error
        return SourceFile(relative_path, status.st_size, status.st_mtime_ns)
    return None


def _may_exist(path: str) -> bool:
    """Return whether a file is not certainly missing: most cubes have none beside them, and all suffixes are tried."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass  # `confined_path` distinguishes the causes.
    return True
