"""Previews and plots: where they come from, and that they are made again only when that changed."""

import os
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from PIL import Image

from common.errors import TransientError
from datacubes.models import DataCube, ImagePreview, PlotData, VideoPreview
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword, write_cube
from ingestion.conductor import IngestResult, ingest
from tests.support.broken_storage import no_answer_about
from tests.support.sample_previews import write_preview_image, write_preview_movie

pytestmark = pytest.mark.django_db

PATH = "2019-04-19/CRISP/cube.fits"


def outcomes(result: IngestResult) -> dict[str, str]:
    names = ("plot_data", "image_previews", "video_previews")
    return {step.name: str(step.outcome) for step in result.steps if step.name in names}


def reason(result: IngestResult, name: str) -> str:
    return next(step.reason for step in result.steps if step.name == name)


def media_files(settings) -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def named_files() -> set[str]:
    images = ImagePreview.objects.values_list("file", flat=True)
    return set(images).union(*VideoPreview.objects.values_list("file", "poster"))


@pytest.fixture
def folder(place_cube, data_root) -> Path:
    """The folder of a placed cube."""
    return (data_root / place_cube(path=PATH)).parent


def test_a_cube_without_files_beside_it_gives_previews_plots_and_a_movie(folder, settings):
    result = ingest(IngestRequest(PATH))
    assert outcomes(result) == dict.fromkeys(["plot_data", "image_previews", "video_previews"], "created")
    cube = DataCube.objects.get()
    assert [preview.size_name for preview in cube.image_previews.all()] == list(settings.IMAGE_PREVIEW_SIDES)
    for preview in cube.image_previews.all():
        with Image.open(preview.file.path) as image:
            assert image.size == (preview.width, preview.height) == (8, 8)
        assert os.path.getsize(preview.file.path) == preview.size
    assert os.path.getsize(cube.video_preview.file.path) == cube.video_preview.size
    with Image.open(cube.video_preview.poster.path) as poster:
        assert poster.size == (cube.video_preview.width, cube.video_preview.height)
    assert len(cube.plot_data.seeing["times"]) > 1
    assert len(cube.plot_data.line_profile["wavelengths"]) == 3
    assert cube.plot_data.sparkline.startswith("<svg")
    assert media_files(settings) == named_files()


def test_unchanged_previews_and_plots_are_kept(folder, settings):
    ingest(IngestRequest(PATH))
    files = media_files(settings)
    result = ingest(IngestRequest(PATH))
    assert outcomes(result) == dict.fromkeys(["plot_data", "image_previews", "video_previews"], "skipped")
    assert media_files(settings) == files


def test_force_makes_all_previews_again_and_removes_the_old_files(folder, settings, django_capture_on_commit_callbacks):
    ingest(IngestRequest(PATH))
    files = media_files(settings)
    with django_capture_on_commit_callbacks(execute=True):
        result = ingest(IngestRequest(PATH, force=True))
    assert set(outcomes(result).values()) == {"updated"}
    assert not files & media_files(settings)
    assert media_files(settings) == named_files()


def test_a_new_header_makes_the_images_of_the_cube_again_but_not_the_plots(folder):
    ingest(IngestRequest(PATH))
    edit_keyword(folder / "cube.fits", "OBSERVER", "Somebody Else")
    result = ingest(IngestRequest(PATH))
    assert outcomes(result) == {"plot_data": "skipped", "image_previews": "updated", "video_previews": "updated"}


@pytest.mark.parametrize("beside", [False, True])
def test_changed_sizes_make_the_images_again_from_any_source(folder, settings, beside):
    if beside:
        write_preview_image(folder / "cube.png", (320, 316))
    ingest(IngestRequest(PATH))
    settings.IMAGE_PREVIEW_SIDES = {"thumbnail": 4}
    result = ingest(IngestRequest(PATH))
    assert outcomes(result) == {"plot_data": "skipped", "image_previews": "updated", "video_previews": "skipped"}
    assert [preview.width for preview in DataCube.objects.get().image_previews.all()] == [4]


def test_the_image_and_movie_beside_the_cube_come_before_its_own_frames(folder):
    write_preview_image(folder / "cube.png", (320, 316))
    write_preview_movie(folder / "cube.mov", frames=10, size=(160, 158))
    ingest(IngestRequest(PATH))
    cube = DataCube.objects.get()
    assert (cube.image_previews.last().width, cube.image_previews.last().height) == (320, 316)
    assert (cube.video_preview.width, cube.video_preview.height) == (160, 158)


def test_the_image_that_the_order_names_comes_first(folder):
    write_preview_image(folder / "cube.png", (320, 316))
    write_preview_image(folder / "better.png", (400, 200))
    ingest(IngestRequest(PATH, image_preview="2019-04-19/CRISP/better.png"))
    assert DataCube.objects.get().image_previews.last().width == 400


def test_only_the_image_that_changed_is_made_again(folder):
    write_preview_image(folder / "cube.png", (320, 316))
    ingest(IngestRequest(PATH))
    edit_keyword(folder / "cube.fits", "OBSERVER", "Somebody Else")
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "skipped"
    write_preview_image(folder / "cube.png", (300, 316))
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "updated"


def test_if_the_image_is_removed_the_next_source_is_used(folder):
    write_preview_image(folder / "cube.png", (320, 316))
    ingest(IngestRequest(PATH))
    (folder / "cube.png").unlink()
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "updated"
    assert DataCube.objects.get().image_previews.last().width == 8


def test_if_the_movie_of_a_cube_of_one_scan_is_removed_its_preview_is_removed(
    data_root, settings, django_capture_on_commit_callbacks
):
    cube = write_cube(data_root / "one.fits", shape=(1, 1, 3, 8, 8))
    write_preview_movie(cube.with_suffix(".mov"), frames=5, size=(32, 32))
    assert outcomes(ingest(IngestRequest("one.fits")))["video_previews"] == "created"
    cube.with_suffix(".mov").unlink()
    with django_capture_on_commit_callbacks(execute=True):
        result = ingest(IngestRequest("one.fits"))
    assert outcomes(result)["video_previews"] == "updated"
    assert not VideoPreview.objects.exists()
    assert media_files(settings) == named_files()
    assert outcomes(ingest(IngestRequest("one.fits", force=True)))["video_previews"] == "skipped"


@pytest.mark.parametrize("call", ["lstat", "stat"])
def test_a_movie_that_the_storage_cannot_look_up_is_not_treated_as_removed(data_root, call):
    cube = write_cube(data_root / "one.fits", shape=(1, 1, 3, 8, 8))
    write_preview_movie(cube.with_suffix(".mov"), frames=5, size=(32, 32))
    ingest(IngestRequest("one.fits"))
    with no_answer_about("one.mov", call=call), pytest.raises(TransientError, match=r"“one\.mov” cannot be looked up"):
        ingest(IngestRequest("one.fits"))
    assert VideoPreview.objects.exists()
    assert outcomes(ingest(IngestRequest("one.fits")))["video_previews"] == "skipped"


def test_a_named_image_that_the_storage_cannot_look_up_is_not_replaced_by_another(folder):
    write_preview_image(folder / "better.png", (400, 200))
    with no_answer_about("better.png"), pytest.raises(TransientError, match="Input/output error"):
        ingest(IngestRequest(PATH, image_preview="2019-04-19/CRISP/better.png"))
    assert not DataCube.objects.exists()


@pytest.mark.parametrize(
    ("suffix", "content", "step"),
    [
        (".png", b"not an image at all", "image_previews"),
        (".jpg", b"\xff\xd8\xff\xe0 cut", "image_previews"),
        (".mov", b"not a movie at all", "video_previews"),
    ],
)
def test_a_preview_that_cannot_be_made_is_a_failed_step_and_a_warning(folder, suffix, content, step):
    (folder / "cube.fits").with_suffix(suffix).write_bytes(content)
    result = ingest(IngestRequest(PATH))
    assert outcomes(result)[step] == "failed"
    assert reason(result, step)
    assert any(warning.startswith(step) for warning in result.warnings)
    assert DataCube.objects.get().metadata.n_scans == 2


def test_a_failed_step_runs_again_although_the_cube_is_unchanged(folder):
    (folder / "cube.png").write_bytes(b"broken")
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "failed"
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "failed"
    write_preview_image(folder / "cube.png", (320, 316))
    assert outcomes(ingest(IngestRequest(PATH)))["image_previews"] == "updated"
    assert DataCube.objects.get().image_previews.last().width == 320


def test_a_link_beside_the_cube_that_leaves_the_root_is_no_source(folder, tmp_path):
    write_preview_image(tmp_path / "secret.png", (320, 316))
    (folder / "cube.png").symlink_to(tmp_path / "secret.png")
    ingest(IngestRequest(PATH))
    assert DataCube.objects.get().image_previews.last().width == 8


def test_missing_tables_give_a_skipped_step_with_the_reason(data_root):
    missing = ["VAR-EXT-ATMOS_R0", "VAR-EXT-DATAMEDN"]
    write_cube(data_root / "bare.fits", shape=(1, 1, 3, 8, 8), without=missing)
    result = ingest(IngestRequest("bare.fits"))
    assert outcomes(result)["plot_data"] == "skipped"
    assert all(name in reason(result, "plot_data") for name in missing)
    assert not PlotData.objects.exists()


def test_a_unit_that_would_take_hours_to_compute_leaves_out_the_profile_and_gives_the_reason(data_root):
    write_cube(data_root / "cube.fits", shape=(1, 1, 3, 8, 8), keywords={"CUNIT3": "10**99999999 m"})
    result = ingest(IngestRequest("cube.fits"))
    assert outcomes(result)["plot_data"] == "created"
    assert "“10**99999999 m”, which is not a unit of length" in reason(result, "plot_data")
    assert PlotData.objects.get().line_profile is None


def test_two_cubes_of_equal_filename_have_files_of_their_own(place_cube, settings):
    place_cube(path="a/cube.fits")
    place_cube({"DATE-BEG": "2019-04-19T18:00:00"}, path="b/cube.fits")
    ingest(IngestRequest("a/cube.fits"))
    ingest(IngestRequest("b/cube.fits"))
    assert ImagePreview.objects.count() == 6
    assert media_files(settings) == named_files()


def test_the_files_of_a_deleted_cube_are_removed(folder, settings, django_capture_on_commit_callbacks):
    ingest(IngestRequest(PATH))
    with django_capture_on_commit_callbacks(execute=True):
        DataCube.objects.all().delete()
    assert media_files(settings) == set()


def test_an_ingestion_that_fails_leaves_no_files(folder, settings, monkeypatch):
    monkeypatch.setattr("ingestion.conductor._write_step", lambda *arguments, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ingest(IngestRequest(PATH))
    assert media_files(settings) == set()


@pytest.mark.django_db(transaction=True)
def test_an_ingestion_whose_commit_is_not_answered_keeps_the_files_that_its_rows_name(folder, settings, monkeypatch):
    really_commit = connection.commit

    def commit_and_lose_the_answer() -> None:
        really_commit()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch, pytest.raises(OperationalError):  # noqa: PT012
        patch.setattr(connection, "commit", commit_and_lose_the_answer)
        ingest(IngestRequest(PATH))
    assert media_files(settings) == named_files() != set()


def test_a_file_that_changes_while_it_is_read_leaves_no_files(folder, settings, monkeypatch):
    monkeypatch.setattr("cubefile.cube.CubeFile.check_unchanged", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ingest(IngestRequest(PATH))
    assert media_files(settings) == set()
