"""How many SQL statements an ingestion takes, without those of its order: few, and no more with more cubes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db

ASKED = {"owner_email_addresses": ["a@su.se", "b@su.se"], "swedish_data": True}


def statements(action) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        action()
    return [query["sql"][:120] for query in captured]


def test_a_first_ingestion(place_cube):
    path = place_cube()
    assert len(statements(lambda: ingest(IngestRequest(path)))) <= 20


def test_an_unchanged_ingestion(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    assert len(statements(lambda: ingest(IngestRequest(path)))) <= 4


def test_the_number_does_not_grow_with_the_cubes_of_an_observation(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, oid="0"))
    second = statements(lambda: ingest(IngestRequest(path, oid="1")))
    for number in range(2, 12):
        ingest(IngestRequest(path, oid=str(number)))
    assert len(statements(lambda: ingest(IngestRequest(path, oid="last")))) == len(second)


def test_a_first_ingestion_with_all_that_can_be_asked(place_cube):
    path = place_cube()
    assert len(statements(lambda: ingest(IngestRequest(path, **ASKED)))) <= 25


def test_a_cube_that_changes_its_observation_and_its_grants(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path, **ASKED))
    edit_keyword(data_root / path, "POINT_ID", "p_grouped")
    asked = {"owner_email_addresses": ["c@su.se"], "swedish_data": False}
    assert len(statements(lambda: ingest(IngestRequest(path, **asked)))) <= 27
