"""The header Repr-Digest (RFC 9530): the recorded SHA-256 of the file that is sent."""

import base64
import hashlib
import os

import pytest
from django.utils import timezone

from datacubes.links import download_path
from datacubes.models import DataCube
from keeper.models import AuditedFile


@pytest.fixture
def cube(archive_cube) -> DataCube:
    return archive_cube()


def record(cube: DataCube, content: bytes) -> str:
    """Record the sum of a content as that of the cube's file, and return the header."""
    digest = hashlib.sha256(content)
    AuditedFile.objects.create(
        cube=cube,
        result="whole",
        tried_at=timezone.now(),
        sha256=digest.hexdigest(),
        size=cube.size,
        modified_ns=cube.modified_ns,
    )
    return f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"


def test_the_whole_file_a_part_and_a_question_for_the_headers_have_it(cube, anybody):
    content = b"".join(anybody.get(download_path(cube)))
    header = record(cube, content)
    whole = anybody.get(download_path(cube))
    assert whole["Repr-Digest"] == header
    assert b"".join(whole) == content
    part = anybody.get(download_path(cube), HTTP_RANGE="bytes=0-99")
    assert (part.status_code, part["Repr-Digest"], b"".join(part)) == (206, header, content[:100])
    assert anybody.head(download_path(cube))["Repr-Digest"] == header


def test_without_a_recorded_sum_there_is_none(cube, anybody):
    response = anybody.get(download_path(cube))
    assert "Repr-Digest" not in response
    assert len(b"".join(response)) == cube.size


def test_a_file_with_another_time_has_none(cube, anybody, data_root):
    record(cube, b"")
    os.utime(data_root / cube.relative_path)
    response = anybody.get(download_path(cube))
    assert response.status_code == 200  # By its header, it is the ingested one.
    assert "Repr-Digest" not in response
    assert len(b"".join(response)) == cube.size


def test_the_web_server_in_front_is_given_it(cube, anybody, settings):
    settings.X_ACCEL_PREFIX = "/science-data"
    header = record(cube, b"")
    assert anybody.get(download_path(cube))["Repr-Digest"] == header


def test_pages_of_other_origins_may_read_it(cube, anybody):
    record(cube, b"")
    response = anybody.get(download_path(cube), HTTP_ORIGIN="https://notebook.example")
    assert "repr-digest" in response["Access-Control-Expose-Headers"]
    assert len(b"".join(response)) == cube.size
