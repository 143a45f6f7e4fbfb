"""Which names cube files have."""

from common.errors import PermanentError, quoted

SUFFIXES = (".fits", ".fits.fz", ".fts", ".fit")
"""In small letters; capital letters are as good."""

_COMPRESSED_AS_A_WHOLE = tuple(f"{suffix}{packed}" for suffix in SUFFIXES for packed in (".gz", ".z", ".bz2", ".xz"))


def looks_like_cube(path: str) -> bool:
    """Return whether a path ends as one of a FITS file does, compressed or not."""
    return path.lower().endswith((*SUFFIXES, *_COMPRESSED_AS_A_WHOLE))


def check_name(path: str) -> None:
    """Refuse a path that is not named as a file that can be ingested.

    Raises
    ------
    PermanentError
        Saying what its name may be.
    """
    if path.lower().endswith(SUFFIXES):
        return
    name = quoted(path.rpartition("/")[2])
    if looks_like_cube(path):
        raise PermanentError(
            f"{name} is compressed as a whole: no part of it can be read without the rest. Unpack it, or compress its "
            "image by fpack, which gives a “.fits.fz” file, and post that."
        )
    raise PermanentError(f"{name} does not end in “{'”, “'.join(SUFFIXES[:-1])}” or “{SUFFIXES[-1]}”.")


def stem(path: str) -> str:
    """Return a path without the suffix of a cube file."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.lower().endswith(suffix):
            return path[: -len(suffix)]
    return path.rpartition(".")[0] or path
