"""Fixtures of the tests of events and webhooks."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

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
