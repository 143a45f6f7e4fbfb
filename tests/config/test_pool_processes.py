"""The processes that a worker starts for its tasks."""

import time
from types import SimpleNamespace

from billiard import get_context
from billiard.pool import Worker

from config.celery import app

NONE_READ = SimpleNamespace(value=0)


def test_one_that_ends_waits_two_seconds_for_its_last_result_to_be_read(monkeypatch):
    assert app.conf.task_ignore_result  # Nobody misses the result.
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    process = Worker(get_context().SimpleQueue(), get_context().SimpleQueue(), on_ready_counter=NONE_READ)
    assert not process._ensure_messages_consumed(completed=1)
    assert round(sum(waits), 3) == 2
