"""The command prune_media: files that no row names, rows whose file is missing."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from datacubes.models import ImagePreview
from datacubes.pruning import missing_files, surplus_files
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("prune_media", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def surplus(place_cube, settings) -> Path:
    """A file that no row names, two days old, beside those of a cube."""
    settings.IMAGE_PREVIEW_SIDES = {"thumbnail": 2, "page": 4, "high_density": 8}
    ingest(IngestRequest(place_cube()))
    named = Path(ImagePreview.objects.first().file.path)
    path = named.with_name("surplus.jpg")
    path.write_bytes(b"0" * 10)
    for file in (path, named):
        age(file)
    return path


def age(file: Path) -> None:
    os.utime(file, (time.time() - 2 * 86400,) * 2)


def test_it_lists_and_removes_nothing(surplus):
    assert f"no row names: {surplus}" in run()
    assert surplus.exists()


def test_with_delete_it_removes_what_no_row_names_and_nothing_else(surplus):
    printed = run(delete=True)
    assert "1 surplus files (10 bytes), 0 missing files." in printed
    assert not surplus.exists()
    assert all(Path(preview.file.path).exists() for preview in ImagePreview.objects.all())


def test_a_young_file_is_kept_because_its_row_may_follow(surplus):
    os.utime(surplus)
    run(delete=True)
    assert surplus.exists()
    run(delete=True, older_than=0)
    assert not surplus.exists()


@pytest.mark.parametrize("place", ["previews/stray.jpg", "previews/2019-04-19/folder/stray.jpg", "previews/2019/stray"])
def test_a_file_in_an_unusual_place_is_surplus_too(surplus, settings, place):
    stray = settings.MEDIA_ROOT / place
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    age(stray)
    printed = run(delete=True)
    assert "2 surplus files (10 bytes), 0 missing files." in printed
    assert not stray.exists()


def test_files_that_vanish_meanwhile_are_ignored(surplus, monkeypatch):
    finished = surplus.with_name("z.jpg.part")
    finished.touch()
    age(finished)
    found = surplus_files()
    first = next(found)
    finished.rename(finished.with_suffix(""))
    assert (first.path, list(found)) == (surplus, [])
    surplus.unlink()
    monkeypatch.setattr("datacubes.management.commands.prune_media.surplus_files", lambda seconds: [first])
    assert "1 surplus files (10 bytes), 0 missing files." in run(delete=True)


def test_a_file_with_a_row_is_kept_whatever_its_name(surplus, settings):
    names = ("previews/a/Z.jpg", "previews/a-b/x.jpg", "previews/B/é.jpg")
    for preview, name in zip(ImagePreview.objects.all(), names, strict=True):
        (settings.MEDIA_ROOT / name).parent.mkdir()
        os.rename(preview.file.path, settings.MEDIA_ROOT / name)
        age(settings.MEDIA_ROOT / name)
        ImagePreview.objects.filter(pk=preview.pk).update(file=name)
    assert [file.path for file in surplus_files()] == [surplus]


def test_rows_are_read_once_whatever_the_number_of_days(surplus, settings, django_assert_num_queries):
    for day in range(10):
        (settings.MEDIA_ROOT / f"previews/2020-01-0{day}").mkdir()
    with django_assert_num_queries(3):
        assert [file.path for file in surplus_files()] == [surplus]


def test_a_row_that_was_replaced_since_it_was_read_is_not_reported(surplus):
    for preview in ImagePreview.objects.all():
        Path(preview.file.path).unlink()
    missing = missing_files()
    next(missing)
    ImagePreview.objects.all().delete()
    assert list(missing) == []


def test_rows_whose_file_is_missing_or_cut_are_reported(surplus):
    thumbnail, page, _ = ImagePreview.objects.all()
    Path(thumbnail.file.path).unlink()
    Path(page.file.path).write_bytes(b"")
    printed = run()
    assert f"missing or of another size: {thumbnail.file.name}" in printed
    assert f"missing or of another size: {page.file.name}" in printed
    assert "2 missing files" in printed


def test_a_file_that_sizes_share_is_reported_once(place_cube, settings):
    settings.IMAGE_PREVIEW_SIDES = {"thumbnail": 1000, "page": 2000}
    ingest(IngestRequest(place_cube()))
    thumbnail, page = ImagePreview.objects.all()
    assert thumbnail.file == page.file
    Path(page.file.path).unlink()
    assert "1 missing files" in run()


def test_an_archive_without_previews_has_nothing_to_prune(db):
    assert run() == "0 surplus files (0 bytes), 0 missing files.\n"
