"""Counting rows of tables that may have millions."""

import pytest
from django.db import connection

from common.counting import Count, count
from datacubes.models import Tag


@pytest.fixture
def tags(db) -> None:
    Tag.objects.bulk_create([Tag(kind="feature", name=f"tag {number}") for number in range(300)])


def test_few_rows_are_counted(tags):
    assert count(Tag.objects.filter(kind="feature")) == Count(300)
    assert count(Tag.objects.filter(kind="event")) == Count(0)
    assert str(Count(1234)) == "1,234"


def test_beyond_the_bound_postgresql_estimates_and_sqlite_counts(tags, monkeypatch):
    monkeypatch.setattr("common.counting.EXACT_UP_TO", 100)
    if connection.vendor != "postgresql":
        assert count(Tag.objects.all()) == Count(300)
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE datacubes_tag")
    assert count(Tag.objects.all()) == Count(300, is_exact=False)
    assert str(count(Tag.objects.all())) == "about 300"


def test_an_estimate_is_never_below_what_was_counted(tags, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL estimates")
    monkeypatch.setattr("common.counting.EXACT_UP_TO", 299)
    # Of a condition about which it knows nothing the planner expects a small share.
    assert count(Tag.objects.extra(where=["length(name) > 0"])) == Count(300, is_exact=False)
