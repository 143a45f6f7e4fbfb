"""Fixtures of the tests of discovery."""

import pytest


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
