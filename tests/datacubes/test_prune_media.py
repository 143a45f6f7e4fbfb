"""The command prune_media: files that no row names, rows whose file is missing."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from datacubes.models import ImagePreview
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("prune_media", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def surplus(place_cube) -> Path:
    """A file that no row names, two days old, beside those of a cube."""
    ingest(IngestRequest(place_cube()))
    named = Path(ImagePreview.objects.first().file.path)
    path = named.with_name("surplus.jpg")
    path.write_bytes(b"0" * 10)
    for file in (path, named):
        os.utime(file, (time.time() - 2 * 86400,) * 2)
    return path


def test_it_lists_and_removes_nothing(surplus):
    assert f"no row names: {surplus}" in run()
    assert surplus.exists()


def test_with_delete_it_removes_what_no_row_names_and_nothing_else(surplus):
    printed = run(delete=True)
    assert "1 surplus files (10 bytes), 0 missing files." in printed
    assert not surplus.exists()
    assert all(Path(preview.file.path).exists() for preview in ImagePreview.objects.all())


def test_a_young_file_may_get_its_row_yet(surplus):
    os.utime(surplus)
    run(delete=True)
    assert surplus.exists()
    run(delete=True, older_than=0)
    assert not surplus.exists()


def test_rows_whose_file_is_missing_or_cut_are_reported(surplus):
    thumbnail, page, _ = ImagePreview.objects.all()
    Path(thumbnail.file.path).unlink()
    Path(page.file.path).write_bytes(b"")
    printed = run()
    assert f"missing or of another length: {thumbnail.file.name}" in printed
    assert f"missing or of another length: {page.file.name}" in printed
    assert "2 missing files" in printed


def test_an_archive_without_previews_has_nothing_to_prune(db):
    assert run() == "0 surplus files (0 bytes), 0 missing files.\n"
