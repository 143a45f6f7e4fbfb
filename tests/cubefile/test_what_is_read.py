"""Of a cube file only headers and small tables are read, whatever its size."""

import os

import pytest
from astropy.io import fits

from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube, write_sparse_cube
from ingestion import conductor
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db

HEADER = 9 * 2880


@pytest.fixture
def bytes_read(monkeypatch) -> list[tuple[int, int]]:
    """Offset and length of everything that is read from cube files."""
    reads: list[tuple[int, int]] = []
    really_read = os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        content = really_read(descriptor, size, offset)
        reads.append((offset, len(content)))
        return content

    monkeypatch.setattr("os.pread", pread)
    return reads


@pytest.fixture
def without_pictures(monkeypatch) -> None:
    """Leave out the steps that look at frames: pictures and movies."""
    steps = tuple(step for step in conductor.STEPS if step.name not in ("image_previews", "video_previews"))
    monkeypatch.setattr(conductor, "STEPS", steps)


def total(reads) -> int:
    return sum(length for _, length in reads)


def within(reads, begin: int, end: int) -> int:
    return sum(max(0, min(offset + length, end) - max(offset, begin)) for offset, length in reads)


@pytest.mark.usefixtures("without_pictures")
def test_no_data_is_read(data_root, bytes_read):
    path = write_cube(data_root / "cube.fits", shape=(2, 4, 7, 60, 64))
    data_size = 4 * 2 * 4 * 7 * 60 * 64
    ingest(IngestRequest("cube.fits"))
    assert within(bytes_read, 0, HEADER) >= HEADER
    assert within(bytes_read, HEADER, HEADER + data_size) == 0
    assert total(bytes_read) < path.stat().st_size - data_size


def test_an_unchanged_cube_has_only_its_headers_read(data_root, bytes_read):
    # The file's name tells the scans, so that not even their table is needed for the OID.
    path = write_cube(data_root / cube_filename(), shape=(200, 4, 7, 2, 2))
    with fits.open(path) as hdus:
        places = [hdu.fileinfo() for hdu in hdus]
    ingest(IngestRequest(path.name))
    assert sum(within(bytes_read, place["datLoc"], place["datLoc"] + place["datSpan"]) for place in places) > 0
    bytes_read.clear()
    ingest(IngestRequest(path.name))
    assert sum(within(bytes_read, place["datLoc"], place["datLoc"] + place["datSpan"]) for place in places) == 0
    assert within(bytes_read, 0, HEADER) >= HEADER


@pytest.mark.usefixtures("without_pictures")
def test_a_cube_of_eight_gigabytes_needs_no_more_reads_than_a_small_one(data_root, bytes_read):
    write_sparse_cube(data_root / "small.fits", size_bytes=300_000_000, keywords={"DATE-BEG": "2019-04-18T08:00:00"})
    write_sparse_cube(data_root / "large.fits", size_bytes=8_000_000_000)
    ingest(IngestRequest("small.fits"))
    small = total(bytes_read)
    bytes_read.clear()
    ingest(IngestRequest("large.fits"))
    assert total(bytes_read) < small + 500_000  # Tables have a row for each scan.
    bytes_read.clear()
    ingest(IngestRequest("large.fits"))
    assert total(bytes_read) < 250_000
