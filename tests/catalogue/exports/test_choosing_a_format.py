"""The form of a list, by `format` and by Accept, and what is refused."""

from contextlib import contextmanager

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from pytest_django import DjangoAssertNumQueries

from catalogue.exports import rows
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/x-votable+xml", "application/x-votable+xml"),
        ("application/fits", "application/fits"),
        ("application/jsonl", "application/jsonl"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
    ],
)
def test_accept_chooses(archive, anybody, accept, media_type):
    answer = anybody.get(URL, headers={"accept": accept})
    assert (answer["Content-Type"], bool(answer.getvalue())) == (media_type, True)


def test_the_parameter_counts_more_than_accept(archive, anybody):
    answer = anybody.get(URL, {"format": "csv"}, headers={"accept": "application/json"})
    assert answer.getvalue().startswith(b"oid,")


def test_other_forms_are_refused(archive, anybody):
    assert anybody.get(URL, headers={"accept": "image/png"}).status_code == 406
    answer = anybody.get(URL, {"format": "xlsx"})
    assert (answer.status_code, "csv, votable" in answer.json()["format"][0]) == (400, True)


@pytest.mark.parametrize(
    "parameters", [{"mu_from": "x"}, {"cursor": "x"}, {"page_size": "5"}, {"ordering": "x"}, {"y": 1}]
)
def test_wrong_parameters_are_refused_in_words(archive, anybody, parameters):
    answer = anybody.get(URL, {"format": "csv"} | parameters)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert next(iter(parameters)) in answer.content.decode()


def test_a_list_that_is_too_long_is_refused(archive, anybody, monkeypatch):
    monkeypatch.setattr(rows, "MAX_ROWS", 3)
    answer = anybody.get(URL, {"format": "csv"})
    assert (answer.status_code, "more than 3 cubes" in answer.content.decode()) == (400, True)


def test_too_many_exports_at_once_are_asked_to_wait(archive, anybody):
    running = [anybody.get(URL, {"format": "csv"}) for _ in range(rows.EXPORTS_AT_ONCE)]
    busy = anybody.get(URL, {"format": "csv"})
    assert (busy.status_code, busy["Retry-After"]) == (503, "10")
    for answer in running:
        assert answer.getvalue()
    assert anybody.get(URL, {"format": "csv"}).getvalue()


def test_an_export_that_fails_midway_does_not_look_whole(archive, anybody, monkeypatch):
    monkeypatch.setattr(rows, "ROWS_AT_ONCE", 1)
    answer = anybody.get(URL, {"format": "csv"})
    lines = iter(answer.streaming_content)
    next(lines)
    monkeypatch.setattr(rows, "keyset_page", None)
    with pytest.raises(TypeError):
        list(lines)


@pytest.mark.parametrize("number", [1, 30])
def test_an_export_costs_the_same_for_a_thousand_rows(
    archive_cube, anybody, number, django_assert_max_num_queries: DjangoAssertNumQueries
):
    cube = archive_cube()
    for index in range(number - 1):
        copy_of(cube, str(index))
    # Whether there are too many, with its limit of time on PostgreSQL; places; cubes; tags; grants.
    with django_assert_max_num_queries(9):
        assert len(anybody.get(URL, {"format": "csv"}).getvalue().splitlines()) == number + 1


def test_a_head_request_makes_nothing(archive, anybody, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        answer = anybody.head(URL, {"format": "fits"})
    assert (answer["Content-Type"], answer.getvalue()) == ("application/fits", b"")


def test_a_client_that_goes_away_before_the_first_row_gives_its_place_back(archive, anybody):
    for _ in range(rows.EXPORTS_AT_ONCE + 1):
        with no_connection_is_closed():
            answer = anybody.get(URL, {"format": "csv"})
            assert answer.status_code == 200
            answer.close()


@contextmanager
def no_connection_is_closed():
    """Keep the test's connection: Django closes old ones at the end of a request, which a test's response tells."""
    request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_finished.connect(close_old_connections)
