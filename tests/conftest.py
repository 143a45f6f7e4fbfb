"""Fixtures of all tests."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folders(settings, tmp_path: Path) -> None:
    """Give each test its own science data and media folders, and the plain static files storage."""
    settings.SCIENCE_DATA_ROOT = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SCIENCE_DATA_ROOT.mkdir()
    settings.MEDIA_ROOT.mkdir()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
