"""The sums over every byte of a file, read once."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from cubefile import sums
from cubefile.cube import open_cube
from cubefile.hdu import FileCutShort
from cubefile.sums import FileSums, sum_file
from devtools.memory import forget_peak_memory
from devtools.sample_cubes import cube_filename, edit_keyword, write_cube, write_sparse_cube


def read(path: Path, on_chunk: Callable[[int], object] = lambda size: None) -> FileSums:
    with open_cube(path.parent, path.name) as file:
        return sum_file(file.descriptor, file.size, file.check_whole(), on_chunk)


@pytest.fixture
def cube(tmp_path) -> Path:
    return write_cube(tmp_path / cube_filename(), shape=(2, 4, 3, 40, 40))


@pytest.fixture(params=[4, 2880, 5000 * 4, 4 * 2**20])
def chunks(request, monkeypatch) -> int:
    """Chunks of different sizes, whose borders lie anywhere in the HDUs."""
    monkeypatch.setattr(sums, "CHUNK_BYTES", request.param)
    return request.param


def test_a_whole_file_agrees(cube, chunks):
    if chunks == 4:
        cube = write_cube(cube.with_name("small.fits"), shape=(1, 1, 2, 4, 4))
    sizes: list[int] = []
    found = read(cube, sizes.append)
    assert found == FileSums(hashlib.sha256(cube.read_bytes()).hexdigest(), [], [])
    assert sum(sizes) == cube.stat().st_size
    assert max(sizes) <= chunks


def test_each_hdu_whose_data_changed_is_named(cube):
    with fits.open(cube) as hdus:
        places = [(hdu.name, hdu.fileinfo()["datLoc"]) for hdu in hdus]
    content = bytearray(cube.read_bytes())
    assert len(places) > 3
    for number in (0, 2):
        content[places[number][1]] ^= 1
    cube.write_bytes(content)
    found = read(cube)
    assert found.wrong_datasums == found.wrong_checksums == ["HDU 0 (Primary)", f"HDU 2 ({places[2][0]})"]


def test_a_header_that_was_edited_spoils_checksum_alone(cube):
    edit_keyword(cube, "OBSERVER", "Somebody", checksum=False)
    found = read(cube)
    assert found.wrong_datasums == []
    assert found.wrong_checksums == ["HDU 0 (Primary)"]


def test_the_sums_are_those_of_astropy(tmp_path):
    path = tmp_path / "a.fits"
    random = np.random.default_rng(1)
    hdus = [fits.PrimaryHDU(), *(fits.ImageHDU(random.integers(-99, 99, size, dtype="i2")) for size in (1, 999, 7001))]
    table = fits.BinTableHDU.from_columns([fits.Column("a", "7A", array=["x", "yy"])])
    fits.HDUList([*hdus, table]).writeto(path, checksum=True)
    assert read(path).wrong_datasums == read(path).wrong_checksums == []
    with fits.open(path, checksum=True) as opened:
        assert all(hdu.verify_datasum() == hdu.verify_checksum() == 1 for hdu in opened)


def test_a_file_that_becomes_shorter_is_noticed(cube):
    with open_cube(cube.parent, cube.name) as file:
        hdus = file.check_whole()
        os.truncate(cube, file.size - 2880)
        with pytest.raises(FileCutShort):
            sum_file(file.descriptor, file.size, hdus, lambda size: None)


def test_memory_does_not_depend_on_the_size(tmp_path):
    path = write_sparse_cube(tmp_path / "large.fits", size_bytes=400_000_000)
    read(write_cube(tmp_path / cube_filename()))
    forget_peak_memory()
    before = peak()
    assert read(path).wrong_datasums == []
    assert peak() - before < 30e6


def peak() -> int:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
