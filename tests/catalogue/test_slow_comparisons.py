"""A comparison of keywords that takes too long is refused with a sentence, by the API and by the catalogue."""

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from catalogue import filters
from catalogue.keyword_search import Comparison
from tests.support.archived_cubes import copy_of

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no limit of time")


@pytest.fixture
def slow(archive_cube, monkeypatch):
    """Cubes that take a while to compare, in an archive that allows less for all of them."""
    monkeypatch.setattr(filters, "SHORT_WALK", 1)
    monkeypatch.setattr(filters, "COMPARISON_SECONDS", 0.1)
    slowly = RawSQL("pg_sleep(0.2) IS NULL", [], output_field=BooleanField())
    monkeypatch.setattr(Comparison, "condition", lambda comparison, vendor: Q(slowly))
    copy_of(archive_cube(), "copy")


def test_the_api_says_what_helps(slow, anybody):
    response = anybody.get("/api/v1/data-cubes/", {"keyword": "SCANNUM<1"})
    assert (response.status_code, response.json()) == (400, {"keyword": [filters.TOO_MANY_COMPARED]})
    assert anybody.get("/api/v1/data-cubes/").json()["total"] == 2


def test_the_catalogue_says_what_helps(slow, client):
    response = client.get("/", {"keyword": "SCANNUM<1"})
    assert response.status_code == 400
    assert filters.TOO_MANY_COMPARED in response.content.decode()
