"""Of a cube file only headers and small tables are read, whatever its size."""

import os

import pytest

from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.sample_cubes import write_cube, write_sparse_cube

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


def total(reads) -> int:
    return sum(length for _, length in reads)


def within(reads, begin: int, end: int) -> int:
    return sum(max(0, min(offset + length, end) - max(offset, begin)) for offset, length in reads)


def test_nothing_of_the_data_is_read(data_root, bytes_read):
    path = write_cube(data_root / "cube.fits", shape=(2, 4, 7, 60, 64))
    data_size = 4 * 2 * 4 * 7 * 60 * 64
    ingest(IngestRequest("cube.fits"))
    assert within(bytes_read, 0, HEADER) >= HEADER
    assert within(bytes_read, HEADER, HEADER + data_size) == 0
    assert total(bytes_read) < path.stat().st_size - data_size


def test_an_unchanged_cube_has_only_its_headers_read(data_root, bytes_read):
    write_cube(data_root / "cube.fits", shape=(200, 4, 7, 2, 2))
    ingest(IngestRequest("cube.fits"))
    first = total(bytes_read)
    bytes_read.clear()
    ingest(IngestRequest("cube.fits"))
    headers = HEADER + 31 * 2 * 2880
    assert total(bytes_read) < headers < first


def test_of_eight_gigabytes_as_much_is_read_as_of_a_small_cube(data_root, bytes_read):
    write_sparse_cube(data_root / "small.fits", size_bytes=300_000_000, keywords={"DATE-BEG": "2019-04-18T08:00:00"})
    write_sparse_cube(data_root / "large.fits", size_bytes=8_000_000_000)
    ingest(IngestRequest("small.fits"))
    small = total(bytes_read)
    bytes_read.clear()
    ingest(IngestRequest("large.fits"))
    assert total(bytes_read) < small + 100_000
    bytes_read.clear()
    ingest(IngestRequest("large.fits"))
    assert total(bytes_read) < 250_000
