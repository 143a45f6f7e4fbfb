"""Fixtures of the tests of webhooks: a real receiver, and workers that are woken by hand."""

from collections.abc import Callable, Iterator

import pytest

from keeper.events.kinds import Kind
from keeper.webhooks.models import Webhook
from keeper.webhooks.queueing import new_secret
from keeper.webhooks.sending import send_next
from tests.support.webhook_receiver import Receiver, receiver


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("keeper.webhooks.tasks.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture
def target(settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    with receiver() as target:
        yield target


@pytest.fixture
def webhook(db, target: Receiver) -> Webhook:
    """A webhook that is told of all events."""
    return Webhook.objects.create(name="mirror", url=target.url, kinds=Kind.values, secret=new_secret())


@pytest.fixture
def send_all() -> Callable[[], int]:
    """Return a function that sends what is due, and returns how many attempts there were."""

    def send_all() -> int:
        number = 0
        while send_next():
            number += 1
        return number

    return send_all
