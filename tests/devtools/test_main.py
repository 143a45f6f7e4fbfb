"""The exit code of all tests together."""

from contextlib import nullcontext

import pytest

from tests import __main__ as runner


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0], 0),
        ([1, 0], 1),
        ([0, 1], 1),
        ([0, -9], 1),  # Killed, as by a kernel without memory.
    ],
)
def test_it_tells_of_any_part_that_failed(monkeypatch, codes, expected):
    parts = iter(codes)
    monkeypatch.setattr(runner, "run_pytest", lambda *arguments, **environment: next(parts))
    for server in ("postgresql", "redis_broker"):
        monkeypatch.setattr(runner, server, lambda: nullcontext("url"))
    assert runner.main([]) == expected
