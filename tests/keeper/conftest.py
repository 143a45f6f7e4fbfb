"""Fixtures of the keeper's tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keeper.events.kinds import Kind


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("keeper.discovery.walk.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture(autouse=True)
def everything_at_once(settings) -> None:
    """Queue files as soon as they are there, and show them as missing as soon as they are gone."""
    settings.DISCOVERY_STILL_SECONDS = 0
    settings.DISCOVERY_GONE_HOURS = 0


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Kind, str, str]]:
    """Collect the events that are recorded: kind, OID and path."""
    recorded: list[tuple[Kind, str, str]] = []

    def record(kind: Kind, *, oid: str = "", path: str = "", message: str = "") -> None:
        assert message
        recorded.append((kind, oid, path))

    for module in ("keeper.discovery.missing", "keeper.fixity.records"):
        monkeypatch.setattr(f"{module}.record", record)
    return recorded


@pytest.fixture
def rot() -> Callable[..., None]:
    """Change a byte of a file, and leave its size and modification time as they were, as a failing disk does.

    It is the first one of the primary HDU's data, or that at an offset.
    """
    return flip_a_bit


def flip_a_bit(path: Path, offset: int | None = None) -> None:
    before, content = path.stat(), bytearray(path.read_bytes())
    if offset is None:
        offset = -(-content.index(b"END".ljust(80)) // 2880) * 2880
    content[offset] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
