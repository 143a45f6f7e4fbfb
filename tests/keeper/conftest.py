"""Fixtures of the keeper's tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from keeper.events.kinds import Kind
from keeper.events.models import Event
from keeper.events.numbering import number_events


@pytest.fixture
def kinds(db) -> Callable[[], list[str]]:
    """Return a function that returns the kinds of all events since it was last called, in their order."""
    seen: set[int] = set()

    def new() -> list[str]:
        events = Event.objects.exclude(pk__in=seen).order_by("id")
        seen.update(event.pk for event in events)
        return [event.kind for event in events]

    return new


@pytest.fixture
def events(anybody: APIClient) -> Callable[..., dict]:
    """Return a function that asks for the events of the API, and returns the answer."""

    def ask(client: APIClient = anybody, **parameters: object) -> dict:
        answer = client.get("/api/v1/events/", parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


@pytest.fixture
def number_all(db) -> None:
    """Number what earlier steps of a test recorded."""
    number_events()


@pytest.fixture
def told(db) -> Callable[[], list[tuple[str, str, str]]]:
    """Return a function that returns the events of missing and damaged files: kind, OID and path."""

    def told() -> list[tuple[str, str, str]]:
        events = Event.objects.filter(kind__in=[Kind.FILE_MISSING, Kind.FIXITY_FAILED]).exclude(message="")
        return list(events.order_by("pk").values_list("kind", "oid", "path"))

    return told


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
