"""The two kinds of failure, told apart by what the caller should do."""

from collections.abc import Iterator
from contextlib import contextmanager

_MOST_OF_A_VALUE = 80
_MOST_OF_A_MESSAGE = 300


class PermanentError(Exception):
    """The input is wrong and stays wrong: trying again gives the same. The message tells a person what to mend."""


class TransientError(Exception):
    """Something outside the input is in the way (I/O, a file still being written): trying again later may succeed."""


def quoted(value: object) -> str:
    """Return a value as an error shows it: in quotes, on one line, and no more of it than a person wants to read."""
    text = _printable(str(value)[: _MOST_OF_A_VALUE + 1])
    return f"“{text if len(text) <= _MOST_OF_A_VALUE else text[:_MOST_OF_A_VALUE] + '…'}”"


def on_one_line(error: Exception | str) -> str:
    """Return what other code says is wrong: on one line, without what cannot be shown, and not all of it."""
    return _printable(" ".join(str(error).split()))[:_MOST_OF_A_MESSAGE]


@contextmanager
def damage(sentence: str, kind: type[PermanentError] = PermanentError) -> Iterator[None]:
    """Take whatever a library raises in the block for damage of what it reads.

    MemoryError and TransientError are not treated as damage.

    Raises
    ------
    kind
        With `sentence` and what the library says.
    """
    try:
        yield
    except (MemoryError, TransientError):
        raise
    except Exception as error:
        raise kind(f"{sentence}: {on_one_line(error)}") from error


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
