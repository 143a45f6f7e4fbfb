"""Checks the names of cube files."""

from common.errors import PermanentError, quoted

SUFFIXES = (".fits", ".fits.fz", ".fts", ".fit")
"""Suffixes of files that can be ingested. Upper and lower case count the same."""

_COMPRESSED_AS_A_WHOLE = tuple(f"{suffix}{packed}" for suffix in SUFFIXES for packed in (".gz", ".z", ".bz2", ".xz"))


def looks_like_cube(path: str) -> bool:
    """Return whether a path has the suffix of a FITS file, compressed or not."""
    return path.lower().endswith((*SUFFIXES, *_COMPRESSED_AS_A_WHOLE))


def check_name(path: str) -> None:
    """Refuse a path whose name is not that of a file that can be ingested.

    Raises
    ------
    PermanentError
        Saying which names are accepted.
    """
    if path.lower().endswith(SUFFIXES):
        return
    name = quoted(path.rpartition("/")[2])
    if looks_like_cube(path):
        raise PermanentError(
            f"{name} is compressed as a whole, so that no part of it can be read without the rest. Unpack it, or "
            "compress its image with fpack, which writes a “.fits.fz” file; then post that file."
        )
    raise PermanentError(f"{name} does not end in “{'”, “'.join(SUFFIXES[:-1])}” or “{SUFFIXES[-1]}”.")


def stem(path: str) -> str:
    """Return a path without the suffix of a cube file."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.lower().endswith(suffix):
            return path[: -len(suffix)]
    return path.rpartition(".")[0] or path
