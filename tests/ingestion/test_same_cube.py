"""A cube is known by its OID, wherever its file is."""

import pytest

from datacubes.models import DataCube, Metadata
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import IngestResult, ingest
from tests.support.cube_fixtures import SAMPLE_OID

pytestmark = pytest.mark.django_db


def step(result: IngestResult, name: str = "data_cube") -> tuple[str, str]:
    return next((str(step.outcome), step.reason) for step in result.steps if step.name == name)


def listed_paths() -> dict[str, str]:
    return dict(DataCube.objects.values_list("oid", "relative_path"))


@pytest.mark.parametrize("new_path", ["elsewhere/CRISP/cube.fits", "2019-04-19/CRISP/renamed.fits", "cube.fits"])
def test_a_file_that_was_moved_or_renamed_is_the_same_cube(place_cube, data_root, new_path):
    path = place_cube()
    ingest(IngestRequest(path))
    pk = DataCube.objects.get().pk
    (data_root / new_path).parent.mkdir(parents=True, exist_ok=True)
    (data_root / path).rename(data_root / new_path)
    result = ingest(IngestRequest(new_path))
    cube = DataCube.objects.get()
    assert cube.pk == pk
    assert (cube.relative_path, cube.filename) == (new_path, new_path.rsplit("/")[-1])
    assert step(result)[0] == "updated"
    assert "path" in step(result)[1]
    assert step(result, "metadata")[0] == "skipped"
    assert result.warnings == []


def test_a_re_export_under_another_name_is_the_same_cube(place_cube, data_root):
    ingest(IngestRequest(place_cube(path="old.fits")))
    name = "nb_6173_2019-04-19T17:34:39_scans=0-4_stokes_corrected_export2022-01-01T00:00:00_im.fits"
    path = place_cube({"FILENAME": name, "DATE": "2022-01-01T00:00:00"}, path=name)
    result = ingest(IngestRequest(path))
    cube = DataCube.objects.get()
    assert (cube.oid, cube.relative_path) == (SAMPLE_OID, path)
    assert step(result, "metadata")[0] == "updated"
    assert cube.metadata.keywords["DATE"] == "2022-01-01T00:00:00"


def test_another_cube_at_the_path_takes_it_with_a_warning(place_cube):
    ingest(IngestRequest(place_cube()))
    path = place_cube({"FILENAME": "nb_6173_2019_scans=5-9_im.fits"})
    result = ingest(IngestRequest(path))
    assert result.oid == "2019-04-19T17:34:55.50395_6173_5-9"
    assert len(result.warnings) == 1
    assert SAMPLE_OID in result.warnings[0]
    assert DataCube.every.get(oid=SAMPLE_OID).replaced_by == result.oid
    assert DataCube.objects.get().relative_path == path
    assert Metadata.objects.count() == 2


def test_a_withdrawn_cube_whose_file_returns_is_listed_again(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, oid="a"))
    ingest(IngestRequest(path, oid="b"))
    result = ingest(IngestRequest(path, oid="a"))
    assert step(result)[0] == "updated"
    assert listed_paths() == {"a": path}
    ingest(IngestRequest(place_cube(path="other.fits"), oid="b"))
    assert listed_paths() == {"a": path, "b": "other.fits"}


def test_several_cubes_can_be_withdrawn_from_one_path(place_cube):
    path = place_cube()
    for oid in ("a", "b", "c"):
        ingest(IngestRequest(path, oid=oid))
    assert listed_paths() == {"c": path}
    assert set(DataCube.every.exclude(withdrawn_at=None).values_list("oid", flat=True)) == {"a", "b"}


def test_a_changed_begin_is_another_cube(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "DATE-BEG", "2019-04-19T17:34:56")
    assert ingest(IngestRequest(path)).oid == "2019-04-19T17:34:56_6173_0-4"
    assert DataCube.objects.count() == 1
    assert DataCube.every.get(oid=SAMPLE_OID).replaced_by == "2019-04-19T17:34:56_6173_0-4"
