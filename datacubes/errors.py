"""The two kinds of failure, told apart by what the caller should do."""


class PermanentError(Exception):
    """The input is wrong and stays wrong: trying again gives the same. The message tells a person what to mend."""


class TransientError(Exception):
    """Something outside the input is in the way (I/O, a file still being written): trying again later may succeed."""
