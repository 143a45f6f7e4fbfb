"""A file that is still being written, or that is replaced or removed while it is read, is tried again later."""

import os
import time

import pytest

from common.errors import PermanentError, TransientError
from cubefile.cube import open_cube
from cubefile.hdu import FileCutShort
from tests.support.raw_fits import tiny_cube


@pytest.fixture
def cube_path(data_root):
    path = data_root / "cube.fits"
    path.write_bytes(tiny_cube())
    return path


def test_an_unchanged_file_passes(data_root, cube_path):
    with open_cube(data_root, "cube.fits") as cube:
        assert cube.primary.shape == (3, 4)
        cube.check_unchanged()


def test_a_file_that_is_cut_short_and_was_not_modified_for_a_minute_is_refused(data_root, cube_path):
    cube_path.write_bytes(tiny_cube()[:2890])
    os.utime(cube_path, (time.time() - 61,) * 2)
    with pytest.raises(FileCutShort, match="lacks 14 of the 24 bytes"), open_cube(data_root, "cube.fits") as cube:
        _ = cube.primary


@pytest.mark.parametrize("size", [0, 100, 2890])
@pytest.mark.parametrize("age", [0, 58, -58])
def test_a_file_that_is_cut_short_and_was_modified_within_a_minute_is_a_transient_error(
    data_root, cube_path, size, age
):
    cube_path.write_bytes(tiny_cube()[:size])
    os.utime(cube_path, (time.time() - age,) * 2)
    with pytest.raises(TransientError, match="still being written"), open_cube(data_root, "cube.fits") as cube:
        _ = cube.primary


def append(path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def overwrite_in_place(path) -> None:
    modified = path.stat().st_mtime_ns
    with path.open("r+b") as file:
        file.write(b"S")
    os.utime(path, ns=(modified + 1, modified + 1))


def replace(path) -> None:
    other = path.with_suffix(".part")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def replace_by_a_link_elsewhere(path) -> None:
    other = path.with_suffix(".part")
    other.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(other)


def remove(path) -> None:
    path.unlink()


def remove_the_folder(path) -> None:
    path.unlink()
    path.parent.rmdir()


CHANGES = [append, overwrite_in_place, replace, replace_by_a_link_elsewhere, remove, remove_the_folder]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_during_reading_is_detected(data_root, cube_path, change):
    with open_cube(data_root, "cube.fits") as cube:
        _ = cube.primary
        change(cube_path)
        with pytest.raises(TransientError, match="was changed or removed"):
            cube.check_unchanged()


def refuse() -> None:
    raise PermanentError("The header has no DATE-BEG.")


@pytest.mark.parametrize("change", CHANGES)
def test_an_error_in_a_file_that_changes_is_transient(data_root, cube_path, change):
    with pytest.raises(TransientError, match="changed"), open_cube(data_root, "cube.fits"):  # noqa: PT012
        change(cube_path)
        refuse()


def test_an_error_in_an_unchanged_file_is_permanent(data_root, cube_path):
    with pytest.raises(PermanentError, match="DATE-BEG"), open_cube(data_root, "cube.fits"):
        refuse()


def test_the_file_is_closed_after_any_error(data_root, cube_path):
    before = len(os.listdir("/proc/self/fd"))
    with open_cube(data_root, "cube.fits"):
        pass
    with pytest.raises(ZeroDivisionError), open_cube(data_root, "cube.fits"):
        _ = 1 / 0
    assert len(os.listdir("/proc/self/fd")) == before
