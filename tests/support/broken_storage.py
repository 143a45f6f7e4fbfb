"""Storage that gives no answer about a file, as a failing disk or a file server that is away."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def no_answer_about(name: str, number: int = errno.EIO, *, call: str = "lstat") -> Iterator[None]:
    """Let each look at files whose path ends in `name` fail within the block; `call` is the function of `os`."""
    really_look = getattr(os, call)

    def look(path: object, **options: object) -> os.stat_result:
        if str(path).endswith(name):
            raise OSError(number, os.strerror(number), path)
        return really_look(path, **options)

    with patch.object(os, call, look):
        yield
