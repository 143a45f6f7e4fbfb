"""The passes of all tests, and their exit code together."""

from contextlib import nullcontext

import pytest

from devtools.services import ServiceMissing
from tests import __main__ as runner


@pytest.mark.parametrize(
    ("arguments", "codes", "expected"),
    [
        ([], [0, 0, 0], 0),
        ([], [1, 0, 0], 1),
        ([], [0, 1, 0], 1),
        ([], [0, 0, 1], 1),
        ([], [0, -9, 0], 1),  # Killed, as by a kernel without memory.
        ([], [0, 5, 0], 1),  # Nothing was selected.
        (["tests/one_file.py"], [0, 5, 5], 0),
        (["tests/one_file.py"], [5, 1, 5], 1),
        (["tests/one_file.py"], [5, 5, 5], 1),
    ],
)
def test_any_pass_that_failed_fails_all(monkeypatch, arguments, codes, expected):
    passes = iter(codes)
    monkeypatch.setattr(runner, "run_pytest", lambda *arguments, **environment: next(passes))
    for server in ("postgresql", "redis_broker"):
        monkeypatch.setattr(runner, server, lambda: nullcontext("url"))
    assert runner.main(arguments) == expected


@pytest.mark.parametrize(("ci", "expected"), [("true", 1), ("", 0)])
def test_without_servers_it_fails_under_ci_only(monkeypatch, ci, expected):
    def missing() -> None:
        raise ServiceMissing("no PostgreSQL")

    titles = []
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(runner, "run_pytest", lambda title, *arguments, **environment: titles.append(title) or 0)
    monkeypatch.setattr(runner, "postgresql", missing)
    assert runner.main([]) == expected
    assert titles == ["SQLite"]


def test_the_check_runs_on_sqlite_alone_and_hands_arguments_on(monkeypatch):
    runs = []
    monkeypatch.setattr(runner, "run_pytest", lambda *arguments, **environment: runs.append((arguments, environment)))
    runner.main(["check", "-k", "name"])
    [(arguments, environment)] = runs
    assert arguments[-2:] == ("-k", "name")
    assert environment["DATABASE_URL"] == ""


def test_tests_that_use_the_database_are_marked(request, db):
    assert request.node.get_closest_marker("database")


@pytest.mark.django_db
def test_tests_that_request_the_database_by_a_mark_are_marked(request):
    assert request.node.get_closest_marker("database")


def test_tests_that_use_no_database_are_not_marked(request):
    assert not request.node.get_closest_marker("database")
