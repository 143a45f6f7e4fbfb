"""Requests that are generated from the API's description and sent to gunicorn."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from devtools.sample_cubes import cube_filename, write_cube
from devtools.stack import LONGEST_REQUEST_LINE
from tests.system.archive import FIGURES, SOAK
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

AS_DESCRIBED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
"""What every answer of the API must be, by the API's own description."""

EXAMPLES = 500 if SOAK else 30
"""For each operation; the same ones each time."""


def test_generated_requests_with_and_without_a_token_are_answered_as_described_and_change_nothing(make_archive):
    archive = make_archive()
    archive.start(concurrency=1, beat=False)
    for name, request in (("cube", {}), ("other", {"oid": "a/b %2e"})):
        path = write_cube(archive.data / name / cube_filename())
        assert archive.poll(archive.post(path, **request))["status"] == "completed"
    description = schemathesis.openapi.from_url(f"{archive.stack.base_url}/api/v1/schema/")
    assert f"longer than {LONGEST_REQUEST_LINE} bytes" in description.raw_schema["info"]["description"]
    operations = [found.ok() for found in description.get_all_operations()]
    assert {("POST", "/api/v1/ingest/"), ("GET", "/api/v1/data-cubes/{oid}/")} <= {
        (operation.method.upper(), operation.path) for operation in operations
    }
    for operation in operations:
        send_generated(operation, {})
        send_generated(operation, {"Authorization": f"Token {archive.servers.token}"})
    check_whole(archive)


def send_generated(operation: APIOperation, credentials: dict[str, str]) -> None:
    """Send generated requests for one operation, none of which may fail or be answered otherwise than described.

    The web server answers those whose first line is too long, as the description tells of all operations.
    """

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=HealthCheck)
    def send(case: schemathesis.Case) -> None:
        FIGURES["generated requests"] += 1
        answer = case.call(headers=credentials)
        if len(f"{answer.request.method} {answer.request.path_url} HTTP/1.1") > LONGEST_REQUEST_LINE:
            FIGURES["generated requests too long"] += 1
            assert answer.status_code == 414
            return
        case.validate_response(answer, checks=AS_DESCRIBED)
        assert not credentials or answer.status_code not in (401, 403)

    send()
