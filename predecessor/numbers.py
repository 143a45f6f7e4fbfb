"""Keeps what the numbers and file names in the addresses of sst_archive meant."""

from collections.abc import Sequence

from predecessor.addresses.models import FormerCube, FormerObservation
from predecessor.addresses.numbers import remember_cubes, remember_observations
from predecessor.report import Report
from predecessor.tables import Cube

MAX_LENGTH = 255


def keep_observations(batch: Sequence[tuple[int, str]], report: Report, *, is_plan: bool) -> None:
    """Keep the POINT_ID of each number that is not known yet."""
    known = set(FormerObservation.objects.filter(number__in=[n for n, _ in batch]).values_list("number", flat=True))
    new = [(number, point_id) for number, point_id in batch if number not in known]
    usable = [(number, point_id) for number, point_id in new if _is_usable(point_id)]
    for number in sorted({number for number, _ in new} - {number for number, _ in usable}):
        report.refuse("numbers of observations: POINT_ID is empty, too long or not printable", number)
    report.took("numbers of observations", len(usable))
    if not is_plan:
        remember_observations(usable)


def keep_cubes(batch: Sequence[Cube], report: Report, *, is_plan: bool) -> None:
    """Keep the OID and the file name of each number that is not known yet."""
    numbers = [cube.number for cube in batch]
    known = set(FormerCube.objects.filter(number__in=numbers).values_list("number", flat=True))
    new = [cube for cube in batch if cube.number not in known]
    usable = [cube for cube in new if _is_usable(cube.oid) and _is_usable(cube.filename)]
    for number in sorted({cube.number for cube in new} - {cube.number for cube in usable}):
        report.refuse("numbers of cubes: OID or file name is empty, too long or not printable", number)
    report.took("numbers and file names of cubes", len(usable))
    if not is_plan:
        remember_cubes((cube.number, cube.oid, cube.filename) for cube in usable)


def _is_usable(text: str) -> bool:
    return bool(text) and len(text) <= MAX_LENGTH and text.isprintable()
