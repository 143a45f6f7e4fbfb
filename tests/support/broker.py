"""Other brokers for the Celery app of this process."""

from collections.abc import Iterator

import pytest
from celery import current_app

from common import wakeups


def use_broker(url: str, **options: object) -> None:
    """Let the Celery app of this process use another broker; only within the fixture `broker`."""
    current_app.conf.broker_url, current_app.conf.broker_transport_options = url, options
    _forget_connections()


@pytest.fixture
def broker() -> Iterator[None]:
    """Let the test choose the broker, and give the Celery app back its own after it."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CELERY_BROKER_URL", raising=False)  # Celery puts it before its settings.
        yield
    current_app.conf.broker_url, current_app.conf.broker_transport_options = before
    _forget_connections()


def _forget_connections() -> None:
    current_app.set_current()
    if current_app.pool is not None:
        current_app.pool.force_close_all()
    current_app._pool = None
    wakeups._broker.cache_clear()
