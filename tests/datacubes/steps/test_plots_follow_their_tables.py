"""Plots are made again when anything that they are drawn from changed, and only then."""

from pathlib import Path

import pytest

from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword, write_cube
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db

TABLES = ["WCS-TAB", "VAR-EXT-ATMOS_R0", "VAR-EXT-DATAMEDN", "VAR-EXT-DATE-BEG", "VAR-EXT-DATE-END"]


@pytest.fixture
def cube(data_root) -> Path:
    """Return the path of a cube that was ingested and is now skipped."""
    path = write_cube(data_root / "cube.fits", shape=(1, 4, 3, 4, 4))
    assert plots() == "created"
    assert plots() == "skipped"
    return path


def plots() -> str:
    """Ingest the cube and tell what became of the plots."""
    steps = ingest(IngestRequest("cube.fits")).steps
    return next(str(step.outcome) for step in steps if step.name == "plot_data")


@pytest.mark.parametrize(
    "keywords",
    [
        {"CTYPE4": "NONE"},
        {"CUNIT3": "Angstrom"},
        {"CRPIX4": 2},
        {"CRVAL4": 2},
        {"CDELT4": -1},
        {"DATEREF": "2019-04-18T00:00:00"},
        {"BUNIT": "counts"},
        {"NAXIS3": 4, "NAXIS4": 3},
    ],
    ids=str,
)
def test_they_follow_the_header(cube, keywords):
    for keyword, value in keywords.items():
        edit_keyword(cube, keyword, value)
    assert plots() == "updated"
    assert plots() == "skipped"


@pytest.mark.parametrize("table", TABLES)
def test_they_follow_each_table(cube, table):
    edit_keyword(cube, "REMARK", "Corrected.", extension=table)
    assert plots() == "updated"
    assert plots() == "skipped"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_checksum_is_never_unchanged(cube, table):
    edit_keyword(cube, "CHECKSUM", None, extension=table)
    assert [plots(), plots()] == ["updated", "updated"]


@pytest.mark.parametrize("table", TABLES)
def test_a_checksum_that_contradicts_its_table_is_never_trusted(cube, table):
    edit_keyword(cube, "REMARK", "Corrected.", extension=table, checksum=False)
    assert [plots(), plots()] == ["updated", "updated"]
