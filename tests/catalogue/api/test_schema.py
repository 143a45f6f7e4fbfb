"""The API's description is right: what is generated from it is answered as it says, and never by a failure."""

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from config.wsgi import application
from tests.support.api_description import AS_DESCRIBED

schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
generated = settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
def one_transaction():
    """Keep the connection to the database between requests, which are within the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def archive(archive_cube, one_transaction):
    """Put cubes into the archive."""
    archive_cube()
    archive_cube(oid="a/b %2e", path="other.fits")


@pytest.fixture
def token(client_of):
    """Return the headers of somebody who may do everything."""
    credentials = client_of(User.objects.create_superuser("root"))._credentials
    return {"Authorization": credentials["HTTP_AUTHORIZATION"]}


@pytest.mark.schema
@schema.parametrize()
@generated
def test_requests_without_a_token_are_answered_as_described(archive, case):
    case.validate_response(case.call(), checks=AS_DESCRIBED)


@pytest.mark.schema
@schema.parametrize()
@generated
def test_requests_with_a_token_are_answered_as_described(archive, case, token):
    response = case.call(headers=token)
    case.validate_response(response, checks=AS_DESCRIBED)
    assert response.status_code not in (401, 403)


def test_the_description_is_complete(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_every_field_and_operation_is_described(db, anybody):
    description = anybody.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    bare = [
        f"{name}.{field}"
        for name, schema in description["components"]["schemas"].items()
        for field, properties in schema.get("properties", {}).items()
        if not properties.get("description")
    ]
    assert bare == []
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    assert all(operation["summary"] and operation["description"] for operation in operations)
    [example] = description["paths"]["/api/v1/ingest/"]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ]
    value = description["paths"]["/api/v1/ingest/"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert list(value[example]["value"]) == ["relative_path"]


def test_the_description_names_every_list_and_parameter(db, anybody):
    description = anybody.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    paths = {path for path in description["paths"] if path.startswith("/api/v1/")}
    assert {
        "/api/v1/data-cubes/",
        "/api/v1/data-cubes/{oid}/",
        "/api/v1/data-cubes/{oid}/header/",
        "/api/v1/observations/",
        "/api/v1/instruments/",
        "/api/v1/spectral-lines/",
        "/api/v1/tags/",
    } <= paths
    parameters = {p["name"]: p for p in description["paths"]["/api/v1/data-cubes/"]["get"]["parameters"]}
    assert set(parameters) == {
        "instrument",
        "time_from",
        "time_to",
        "wavelength_from",
        "wavelength_to",
        *(f"{name}_{end}" for name in ("x", "y", "size_x", "size_y", "rotation", "mu") for end in ("from", "to")),
        *(f"{name}_{end}" for name in ("duration", "cadence", "scans", "exposure") for end in ("from", "to")),
        "r0_from",
        "box",
        "circle",
        "overlaps",
        "observer",
        "spectral_line",
        "polarimetry",
        "tag",
        "observation",
        "release",
        "search",
        "keyword",
        "selection",
        "format",
        "ordering",
        "cursor",
        "page_size",
    }
    assert all(parameter["description"] for parameter in parameters.values())
    assert parameters["page_size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert set(description["components"]["securitySchemes"]) == {"tokenAuth", "cookieAuth"}
