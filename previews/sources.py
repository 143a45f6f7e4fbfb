"""Where the previews of a cube come from: a file that the order names, one beside the cube, or the cube itself."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import PermanentError, TransientError
from common.paths import confined_path
from cubefile import CubeFile
from cubefile.names import stem


@dataclass(frozen=True)
class SourceFile:
    """An image or a movie that the pipeline made.

    Attributes
    ----------
    relative_path
        Below the science data folder.
    size, modified_ns
        Bytes, and nanoseconds since 1970: what tells that it has changed.
    """

    relative_path: str
    size: int
    modified_ns: int

    @property
    def fingerprint(self) -> str:
        """Names the state of the file."""
        return f"{self.relative_path} {self.size} {self.modified_ns}"


def find_source(cube: CubeFile, named: str | None, suffixes: Sequence[str]) -> SourceFile | None:
    """Find the file that the order names, or else the first with the cube's stem and one of the suffixes beside it.

    Raises
    ------
    TransientError
        If the storage does not tell whether a file is there: previews must not change because of that.
    """
    beside = [stem(cube.relative_path) + suffix for suffix in suffixes]
    for relative_path in [named, *beside] if named else beside:
        try:
            status = os.stat(confined_path(cube.root, relative_path))
        except (PermanentError, FileNotFoundError, NotADirectoryError):
            continue  # It is not there, or not one that may be read: the next will do.
        except OSError as error:
            raise TransientError(f"“{relative_path}” cannot be looked up: {error.strerror}.") from error
        return SourceFile(relative_path, status.st_size, status.st_mtime_ns)
    return None
