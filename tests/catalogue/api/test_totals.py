"""The number of cubes that a search finds, on the first page of the list."""

import pytest

from catalogue import filters, totals
from datacubes.models import DataCube, Tag
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"


@pytest.fixture
def seven_cubes(archive_cube, monkeypatch):
    """Cubes, of which the first has tags, in an archive whose walks are short."""
    monkeypatch.setattr(filters, "LONG_WALK", 2)
    monkeypatch.setattr(filters, "SHORT_WALK", 2)
    cube = archive_cube()
    for number in range(6):
        copy = copy_of(cube, f"copy {number}", keywords={"N": number, "ALL": "same"})
        copy.tags.add(*Tag.objects.all())
    DataCube.objects.filter(oid="copy 5").update(withdrawn_at="2020-01-01T00:00Z")


def total(anybody, **parameters):
    page = anybody.get(URL, parameters).json()
    return page["total"], page["total_is_exact"]


@pytest.mark.parametrize("size", [1, 2, 5, 6, 50])
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, 6),
        ({"spectral_line": "Fe I"}, 6),
        ({"tag": "pore"}, 6),
        ({"keyword": "ALL:same"}, 5),
        ({"keyword": "N:3"}, 1),
        ({"keyword": "N<3"}, 3),
        ({"keyword": "N<-1"}, 0),
        ({"keyword": ["N:1..4", "ALL~AM"]}, 4),
        ({"search": "copy"}, 5),
        ({"box": "-1000,-1000,1000,1000"}, 6),
        ({"box": "-2000,-1000,-1990,1000"}, 0),
        ({"ordering": "size", "keyword": "ALL:same"}, 5),
    ],
    ids=str,
)
def test_the_first_page_has_the_total(seven_cubes, anybody, size, parameters, expected):
    assert total(anybody, page_size=size, **parameters) == (expected, True)


def test_further_pages_have_none(seven_cubes, anybody):
    page = anybody.get(anybody.get(URL, {"page_size": 2}).json()["next"]).json()
    assert (page["total"], page["total_is_exact"]) == (None, None)


def test_beyond_a_limit_the_total_is_not_exact(seven_cubes, anybody, monkeypatch):
    monkeypatch.setattr(totals, "EXACT_UP_TO", 4)
    assert total(anybody, page_size=2) == (4, False)
    assert total(anybody, page_size=2, keyword="N>=0") == (4, False)
    assert total(anybody, page_size=2, keyword="N>0") == (4, True)
    assert total(anybody, page_size=2, search="copy") == (4, False)


def test_people_read_a_total_as_a_number_or_as_more_than_one():
    assert str(totals.Total(1234)) == "1,234"
    assert str(totals.Total(10_000, is_exact=False)) == "more than 10,000"
