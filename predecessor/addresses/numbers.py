"""Remembers what the numbers and file names in the addresses of sst_archive meant."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from django.db import models

from predecessor.addresses.models import FormerCube, FormerObservation

Row = TypeVar("Row", bound=models.Model)

ROWS_AT_ONCE = 1000


def remember_observations(observations: Iterable[tuple[int, str]]) -> None:
    """Store the POINT_ID of each observation by its number in sst_archive. Known numbers are updated."""
    rows = (FormerObservation(number=number, point_id=point_id) for number, point_id in observations)
    _store(FormerObservation, rows, ["point_id"])


def remember_cubes(cubes: Iterable[tuple[int, str, str]]) -> None:
    """Store the OID and the file name of each cube by its number in sst_archive. Known numbers are updated."""
    rows = (FormerCube(number=number, oid=oid, filename=filename) for number, oid, filename in cubes)
    _store(FormerCube, rows, ["oid", "filename"])


def _store(model: type[Row], rows: Iterable[Row], fields: list[str]) -> None:
    rows = iter(rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        model._default_manager.bulk_create(some, update_conflicts=True, unique_fields=["number"], update_fields=fields)
