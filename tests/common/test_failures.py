"""Errors that no view foresaw are answered in the form that was asked for, with 503 if they will pass."""

import psycopg2
import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from catalogue.pages import catalogue
from workorders import views


class OutOfConnections(psycopg2.OperationalError):
    """What a server says that has as many connections as it may."""

    pgcode = "53300"


def no_connection(*arguments: object, **keywords: object) -> None:
    try:
        raise OutOfConnections("sorry, too many clients already")
    except OutOfConnections as error:
        raise OperationalError(str(error)) from error


def a_fault(*arguments: object, **keywords: object) -> None:
    raise ValueError("a secret of the code")


@pytest.fixture
def answers(client, settings):
    """Ask without an exception in the test where the server would answer."""
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("path", "accept", "form"),
    [
        ("/api/v1/data-cubes/", "*/*", "application/json"),
        ("/api/v1/work-orders/", "*/*", "application/json"),
        ("/", "application/json", "application/json"),
        ("/", "text/html", "text/html"),
        ("/data/oid/cube.fits", "text/html", "text/html"),
        ("/admin/", "text/html", "text/html"),
    ],
)
def test_a_database_without_connections_is_503_with_retry_after(answers, monkeypatch, path, accept, form):
    # Each request that asks the database anything meets the error, in a view or in a middleware.
    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", no_connection)
    answers.cookies["sessionid"] = "of-nobody"
    answer = answers.get(path, headers={"Accept": accept, "Authorization": "Token x"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Content-Type"].startswith(form)
    assert "cannot answer at the moment. Try again in a few seconds." in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "module", "name"), [("/", catalogue, "_active_filters")])
def test_a_fault_is_500_and_tells_nothing_of_the_code(answers, monkeypatch, path, module, name):
    monkeypatch.setattr(module, name, a_fault)
    for accept, form in (("application/json", "application/json"), ("text/html", "text/html")):
        answer = answers.get(path, headers={"Accept": accept})
        assert answer.status_code == 500
        assert "Retry-After" not in answer
        assert answer["Content-Type"].startswith(form)
        assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_a_post_that_meets_the_error_is_503_in_json(answers, monkeypatch, pipeline, cube_path):
    monkeypatch.setattr(views, "post_order", no_connection)
    answers.force_login(pipeline)
    answer = answers.post("/api/v1/ingest/", {"relative_path": cube_path}, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize(
    ("path", "form"), [("/api/v1/work-orders/", "application/json"), ("/", "text/html; charset=utf-8")]
)
def test_a_request_with_too_many_fields_is_refused_in_the_form_that_was_asked_for(admin_client, path, form):
    answer = admin_client.get(f"{path}?{'id=1&' * 1001}", headers={"accept": "text/html, */*"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, form)
    if form == "application/json":
        assert answer.json() == {"non_field_errors": ["The request is malformed, or has more than 1000 fields."]}
