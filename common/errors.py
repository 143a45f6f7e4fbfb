"""The two kinds of failure: permanent ones, and those that are worth another try."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

PASSING_ERRNOS = frozenset(
    {
        # The system or the disk is full at the moment.
        *(
            errno.EAGAIN,
            errno.ENOMEM,
            errno.EMFILE,
            errno.ENFILE,
            errno.ENOBUFS,
            errno.ENOSPC,
            errno.EDQUOT,
            errno.ENOLCK,
        ),
        # The storage or another host does not answer, or is being repaired.
        *(
            errno.EIO,
            errno.ESTALE,
            errno.EROFS,
            errno.EBUSY,
            errno.EREMOTEIO,
            errno.ENODEV,
            errno.ENXIO,
            errno.ETIMEDOUT,
        ),
        *(errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ENOTCONN, errno.ESHUTDOWN),
        *(errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EINTR),
    }
)
"""Errors of system calls that are expected to pass by themselves."""

_MOST_OF_A_VALUE = 80
_MOST_OF_A_MESSAGE = 300


class PermanentError(Exception):
    """The input is wrong, and trying again gives the same result. The message says what to mend."""


class TransientError(Exception):
    """Something outside the input is in the way (I/O, a file still being written): trying again later may succeed."""


def system_will_recover(error: BaseException) -> bool:
    """Return whether an error says that memory, threads, files, storage or network are short or away at the moment."""
    if isinstance(error, OSError):
        return error.errno in PASSING_ERRNOS or isinstance(error, TimeoutError | ConnectionError)
    return isinstance(error, MemoryError) or "can't start new thread" in str(error)


def quoted(value: object) -> str:
    """Return a value as an error shows it: in quotes, on one line, and no more of it than a person wants to read."""
    text = _printable(str(value)[: _MOST_OF_A_VALUE + 1])
    return f"“{text if len(text) <= _MOST_OF_A_VALUE else text[:_MOST_OF_A_VALUE] + '…'}”"


def on_one_line(error: Exception | str) -> str:
    """Return what other code says is wrong: on one line, without what cannot be shown, and not all of it."""
    return _printable(" ".join(str(error).split()))[:_MOST_OF_A_MESSAGE]


@contextmanager
def damage(sentence: str, kind: type[PermanentError] = PermanentError) -> Iterator[None]:
    """Treat any exception of a library in the block as damage of what it reads.

    What will pass by itself, such as a lack of memory or an error of the storage, is not treated as damage.

    Raises
    ------
    kind
        With `sentence` and what the library says.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, TransientError) or system_will_recover(error):
            raise
        raise kind(f"{sentence}: {on_one_line(error)}") from error


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
