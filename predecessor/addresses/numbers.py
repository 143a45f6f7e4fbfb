"""What the numbers in the addresses of sst_archive meant."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models

from common.batches import batches
from predecessor.addresses.models import FormerCube, FormerObservation

Row = TypeVar("Row", bound=models.Model)

ROWS_AT_ONCE = 1000
MAX_NUMBER = 2**63 - 1


def remember_observations(observations: Iterable[tuple[int, str]]) -> None:
    """Store the POINT_ID of each observation by its number in sst_archive. Known numbers are updated."""
    rows = (FormerObservation(number=number, point_id=point_id) for number, point_id in observations)
    _store(FormerObservation, rows, ["point_id"])


def remember_cubes(cubes: Iterable[tuple[int, str, str]]) -> None:
    """Store the OID and the file name of each cube by its number in sst_archive. Known numbers are updated."""
    rows = (FormerCube(number=number, oid=oid, filename=filename) for number, oid, filename in cubes)
    _store(FormerCube, rows, ["oid", "filename"])


def find_observation(number: str) -> FormerObservation | None:
    """Find an observation by its number, as an address has it."""
    return FormerObservation.objects.filter(number=int(number)).first() if _is_number(number) else None


def find_cube(number: str) -> FormerCube | None:
    """Find a cube by its number, as an address has it."""
    return FormerCube.objects.filter(number=int(number)).first() if _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_NUMBER


def _store(model: type[Row], rows: Iterable[Row], fields: list[str]) -> None:
    for some in batches(rows, ROWS_AT_ONCE):
        model._default_manager.bulk_create(some, update_conflicts=True, unique_fields=["number"], update_fields=fields)
