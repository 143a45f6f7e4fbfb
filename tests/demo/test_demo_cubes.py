"""The demonstration's archive, with smaller frames, holds what a visitor should find."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from common.errors import PermanentError
from datacubes.models import Companion, DataCube, Observation, VideoPreview
from datacubes.steps.base import IngestRequest
from demo.cubes import REGIONS, write_cube_of_unknown_instrument, write_region
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, list[Path]]:
    root = tmp_path_factory.mktemp("data")
    small = [replace(region, scene=replace(region.scene, shape=(48, 64))) for region in REGIONS]
    return root, [path for region in small for path in write_region(root, region)]


@pytest.fixture
def archive(files, settings) -> None:
    root, paths = files
    settings.SCIENCE_DATA_ROOT = root
    for path in paths:
        result = ingest(IngestRequest(str(path.relative_to(root))))
        assert not result.warnings, result.warnings


def test_the_archive_is_as_varied_as_that_of_a_telescope(archive, files):
    cubes = DataCube.objects.all()
    assert len(cubes) == len(files[1]) - 1 == 19
    lines = set(cubes.values_list("instrument__name", "metadata__spectral_line"))
    assert lines == {("CRISP", "6173"), ("CRISP", "8542"), ("CRISP", "6563"), ("CHROMIS", "3950")}
    assert cubes.dates("metadata__date_beg", "day").count() == len(REGIONS) == 9
    assert cubes.filter(metadata__has_polarimetry=True).count() == 2
    assert {kind for cube in cubes for kind in cube.tags.values_list("kind", flat=True)} == {"feature", "event"}
    assert len({cube.size for cube in cubes}) > 6
    assert not cubes.filter(plot_data__line_profile=None).exists()
    assert not cubes.filter(plot_data__seeing=None).exists()


def test_it_has_a_grouped_pair_a_companion_restricted_cubes_and_movies(archive):
    assert Observation.objects.get(kind="grouped").cubes.count() == 2
    assert Companion.objects.get().kind == "sp"
    assert DataCube.objects.filter(access__release_date__gt=timezone.now().date()).count() == 2
    movies = VideoPreview.objects.select_related("cube__metadata")
    assert sorted(movie.cube.metadata.n_scans for movie in movies) == [8, 10]


def test_one_is_near_the_limb_and_one_at_the_centre_of_the_disk(archive):
    mus = sorted(DataCube.objects.values_list("metadata__mu", flat=True))
    assert mus[0] < 0.35
    assert mus[-1] > 0.99


def test_one_file_fails_with_a_reason(tmp_path, settings):
    settings.SCIENCE_DATA_ROOT = tmp_path
    path = write_cube_of_unknown_instrument(tmp_path)
    with pytest.raises(PermanentError, match="INSTRUME is “TRIPPEL”, which is not registered"):
        ingest(IngestRequest(str(path.relative_to(tmp_path))))


def test_cubes_that_are_there_are_left_as_they_are(files):
    root, paths = files
    before = {path: path.stat().st_mtime_ns for path in paths}
    for region in REGIONS:
        write_region(root, region)
    assert {path: path.stat().st_mtime_ns for path in paths} == before
