"""The two kinds of failure, told apart by what the caller should do."""

_MOST_OF_A_VALUE = 80


class PermanentError(Exception):
    """The input is wrong and stays wrong: trying again gives the same. The message tells a person what to mend."""


class TransientError(Exception):
    """Something outside the input is in the way (I/O, a file still being written): trying again later may succeed."""


def quoted(value: object) -> str:
    """Return a value as an error shows it: in quotes, on one line, and no more of it than a person wants to read."""
    text = "".join(character if character.isprintable() else "?" for character in str(value)[: _MOST_OF_A_VALUE + 1])
    return f"“{text if len(text) <= _MOST_OF_A_VALUE else text[:_MOST_OF_A_VALUE] + '…'}”"
