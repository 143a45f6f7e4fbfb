"""What the numbers in the addresses of sst_archive meant is remembered, once for each number."""

import pytest

from predecessor.addresses import numbers
from predecessor.addresses.models import FormerCube, FormerObservation

pytestmark = pytest.mark.django_db


def test_observations_are_remembered_and_a_second_import_adds_nothing(django_assert_num_queries):
    numbers.remember_observations([(7, "2019-04-19T17:34:39"), (8, "2019-04-20T08:00:00")])
    with django_assert_num_queries(1):
        numbers.remember_observations(iter([(7, "2019-04-19T17:34:39_mosaic"), (9, "2020-01-01T00:00:00")]))
    assert dict(FormerObservation.objects.values_list("number", "point_id")) == {
        7: "2019-04-19T17:34:39_mosaic",
        8: "2019-04-20T08:00:00",
        9: "2020-01-01T00:00:00",
    }


def test_more_cubes_than_fit_one_statement_are_remembered(monkeypatch):
    monkeypatch.setattr(numbers, "ROWS_AT_ONCE", 2)
    for _ in range(2):
        numbers.remember_cubes((number, f"oid {number}", f"{number}.fits") for number in range(5))
    assert list(FormerCube.objects.values_list("number", "oid", "filename")) == [
        (number, f"oid {number}", f"{number}.fits") for number in range(5)
    ]
