"""Reads slowly: a bounded rate, at the lowest priority of the disk."""

import ctypes
import platform
import time
from collections.abc import Callable

_SYSCALL_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_WHO_PROCESS, _CLASS_IDLE = 1, 3 << 13


def pace(bytes_per_second: float, tick: Callable[[], None] = lambda: None) -> Callable[[int], None]:
    """Return a function that is called with the bytes that were read, and waits so that the rate is kept.

    `tick` is called at least once a second during a wait.
    """
    began, done = time.monotonic(), 0

    def wait(number: int) -> None:
        nonlocal done
        done += number
        while (ahead := done / bytes_per_second - (time.monotonic() - began)) > 0:
            time.sleep(min(ahead, 1.0))
            tick()

    return wait


def read_at_idle_priority() -> None:
    """Let this thread's reads wait for those of others, if the disk's scheduler has priorities (ioprio_set(2))."""
    number = _SYSCALL_IOPRIO_SET.get(platform.machine())
    if number is not None:
        ctypes.CDLL(None).syscall(number, _WHO_PROCESS, 0, _CLASS_IDLE)  # It may be refused, which does no harm.
