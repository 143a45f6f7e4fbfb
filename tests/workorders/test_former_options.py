"""The options that the ingest commands of sst_archive had."""

import io

import pytest
from django.core.management import CommandError, call_command

from datacubes.models import DataCube
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
GENERATE = ["--generate-image-previews", "--generate-video-previews"]
FORCE = ["--force-regenerate-images", "--force-regenerate-videos"]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("option", ["-f", "--fits-cube"])
@pytest.mark.parametrize("oid", ["-o", "--observation-id"])
def test_a_file_is_named_as_there_and_gets_the_oid(cube_path, data_root, option, oid):
    assert "1 cubes: 1 completed" in run("ingest_fits_cube", option, str(data_root / cube_path), oid, "mine")
    assert DataCube.objects.get().oid == "mine"


def test_without_any_file_it_is_asked_for():
    with pytest.raises(CommandError, match="Name a FITS file or a folder"):
        run("ingest_fits_cube", *GENERATE)


def test_previews_are_made_with_and_without_the_options(cube_path):
    run("ingest_fits_cube", "-f", cube_path, *GENERATE)
    assert DataCube.objects.get().image_previews.exists()
    assert WorkOrder.objects.get().latest_run.request == {}


@pytest.mark.parametrize("option", FORCE)
def test_made_anew_means_that_every_step_runs(cube_path, option):
    run("ingest_fits_cube", "-f", cube_path)
    for command in (["ingest_fits_cube", "-f", cube_path], ["reingest_all_cubes"]):
        run(*command, option, *GENERATE)
        latest = WorkOrder.objects.get().latest_run
        assert latest.request == {"force": True}
        assert "skipped" not in {step["outcome"] for step in latest.steps if step["name"] == "image_previews"}
        assert "image_previews" in {step["name"] for step in latest.steps}


def test_without_them_an_unchanged_cube_is_skipped(cube_path):
    for _ in range(2):
        run("ingest_fits_cube", "-f", cube_path, *GENERATE)
    outcomes = {step["name"]: step["outcome"] for step in WorkOrder.objects.get().latest_run.steps}
    assert outcomes["image_previews"] == "skipped"
