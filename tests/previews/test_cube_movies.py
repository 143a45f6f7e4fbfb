"""A movie is made of the cube's own frames along time."""

import numpy as np
import pytest
from PIL import Image

from common.errors import PermanentError
from devtools.fits_bytes import header_bytes
from devtools.sample_cubes import write_cube
from previews import movies
from previews.ffmpeg import ProcessBounds
from previews.frames import choose_frame
from previews.movies import MovieBounds, movie_of_cube
from tests.previews.fits_files import open_sst_cube, structure, write_fits
from tests.previews.movie_files import described, grey_frames, running_ffmpegs


def movie(path, folder, bounds=None):
    with open_sst_cube(path) as cube:
        return movie_of_cube(cube, choose_frame(cube), folder, bounds or MovieBounds())


def series(path, values, **keywords):
    """Write a series of images along time."""
    return write_fits(path, np.asarray(values), {"CTYPE3": "TIME"} | keywords)


def test_every_scan_is_a_frame(tmp_path):
    made = movie(write_cube(tmp_path / "cube.fits", shape=(5, 1, 3, 60, 64)), tmp_path / "media")
    path = tmp_path / "media" / made.file_name
    assert (made.width, made.height, made.seconds) == (64, 60, 2.5)
    assert made.byte_count == path.stat().st_size
    assert len(grey_frames(path, 64, 60)) == 5
    assert "Video: vp9 (Profile 0), yuv420p(tv" in described(path)
    assert len(list((tmp_path / "media").iterdir())) == 2


def test_the_spot_is_in_the_upper_left_of_movie_and_poster(tmp_path):
    made = movie(write_cube(tmp_path / "cube.fits", shape=(3, 1, 3, 120, 128)), tmp_path / "media")
    with Image.open(tmp_path / "media" / made.poster.file_name) as image:
        poster = np.asarray(image)
    for frame in (poster, *grey_frames(tmp_path / "media" / made.file_name, 128, 120)):
        spot = frame[30:42, 32:45].mean()
        assert spot < 0.35 * min(frame[60:].mean(), frame[:, 64:].mean())


def test_the_greys_of_the_movie_are_those_of_the_stretch(tmp_path):
    ramp = np.tile(np.linspace(0, 1, 128, dtype="f4"), (64, 1))
    made = movie(series(tmp_path / "a.fits", [ramp, ramp, ramp]), tmp_path / "media")
    frame = grey_frames(tmp_path / "media" / made.file_name, 128, 64)[1]
    assert abs(frame.mean(axis=0) - np.linspace(1, 255, 128)).max() < 8


def test_all_scans_are_drawn_with_the_same_limits(tmp_path):
    made = movie(series(tmp_path / "a.fits", [np.full((32, 32), v, "f4") for v in (0, 1, 2, 3)]), tmp_path / "media")
    means = grey_frames(tmp_path / "media" / made.file_name, 32, 32).mean(axis=(1, 2))
    assert means == pytest.approx([1, 85, 170, 255], abs=6)


def test_many_scans_are_played_faster(tmp_path):
    made = movie(series(tmp_path / "a.fits", np.zeros((120, 4, 4), "u1")), tmp_path / "media")
    assert made.seconds == 10
    assert len(grey_frames(tmp_path / "media" / made.file_name, 4, 4)) == 120


def test_too_many_scans_are_thinned_evenly(tmp_path):
    values = np.repeat(np.arange(200, dtype="u1"), 64).reshape(200, 8, 8)
    made = movie(series(tmp_path / "a.fits", values), tmp_path / "media", MovieBounds(seconds=2))
    means = grey_frames(tmp_path / "media" / made.file_name, 8, 8).mean(axis=(1, 2))
    assert made.seconds == 2
    assert len(means) == 24
    assert means[0] < 10
    assert means[-1] > 245
    assert abs(np.diff(means) - 255 / 23).max() < 6


def test_large_frames_reduce_the_number_of_scans_read(tmp_path):
    values = np.repeat(np.arange(200, dtype="f4"), 64).reshape(200, 8, 8)
    path = series(tmp_path / "a.fits", values)
    made = movie(path, tmp_path / "media", MovieBounds(read_bytes=40 * values[0].nbytes))
    means = grey_frames(tmp_path / "media" / made.file_name, 8, 8).mean(axis=(1, 2))
    assert made.seconds == 10
    assert len(means) == 40
    assert abs(np.diff(means) - 254 / 39).max() < 6
    assert movie(path, tmp_path / "media", MovieBounds(read_bytes=1)).seconds == 1  # The first and the last scan.


@pytest.mark.parametrize(
    ("shape", "bitpix", "count"),
    [((1157, 1173), -32, 720), ((4096, 4096), -32, 74), ((4096, 4096), 16, 74), ((4096, 4096), -64, 37)],
)
def test_scans_are_left_out_only_of_frames_larger_than_usual(tmp_path, monkeypatch, shape, bitpix, count):
    header = header_bytes(structure((1000, *shape), bitpix, {"CTYPE3": "TIME"}))
    with (tmp_path / "a.fits").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + 1000 * shape[0] * shape[1] * abs(bitpix) // 8 + 2880)
    numbers = []

    def read_no_more_than_their_number(_cube, _index, scans, _step):
        numbers.append(len(scans))
        return iter([np.zeros((2, 2), "f4")])

    monkeypatch.setattr(movies, "read_scans", read_no_more_than_their_number)
    movie(tmp_path / "a.fits", tmp_path / "media")
    assert max(numbers) == count


def test_large_frames_are_scaled_down_to_even_sizes(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (2, 130, 302), dtype="u1")
    made = movie(series(tmp_path / "a.fits", values), tmp_path / "media", MovieBounds(side=100))
    assert (made.width, made.height) == (100, 42)
    assert (made.poster.width, made.poster.height) == (100, 42)


@pytest.mark.parametrize(("shape", "size"), [((1, 1), (2, 2)), ((1, 9), (8, 2)), ((7, 5), (4, 6))])
def test_tiny_frames_make_a_movie(tmp_path, shape, size):
    made = movie(series(tmp_path / "a.fits", np.zeros((3, *shape), "f4")), tmp_path / "media")
    assert (made.width, made.height) == size


def test_scans_without_values_are_background(tmp_path):
    values = np.full((3, 16, 16), np.nan, "f4")
    made = movie(series(tmp_path / "a.fits", values), tmp_path / "media")
    assert grey_frames(tmp_path / "media" / made.file_name, 16, 16).max() < 3
    values[1] = np.linspace(0, 1, 16)
    made = movie(series(tmp_path / "b.fits", values), tmp_path / "media")
    assert grey_frames(tmp_path / "media" / made.file_name, 16, 16)[1].max() > 240


def test_the_same_cube_gives_the_same_movie(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(4, 1, 3, 60, 64))
    first, second = (tmp_path / "media" / movie(path, tmp_path / "media").file_name for _ in range(2))
    assert first != second
    assert first.read_bytes() == second.read_bytes()


def test_a_cube_of_one_scan_has_no_movie(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 20, 20))
    with pytest.raises(PermanentError, match="one scan"):
        movie(path, tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []


def test_an_unreadable_scan_leaves_no_files(tmp_path, monkeypatch):
    path = series(tmp_path / "a.fits", np.zeros((40, 200, 200), "f4"))

    def cut_short(images):
        for number, image in enumerate(images):
            if number == 9:
                raise PermanentError("The file ends here.")
            yield image

    read_scans = movies.read_scans
    monkeypatch.setattr(movies, "read_scans", lambda *arguments: cut_short(read_scans(*arguments)))
    with pytest.raises(PermanentError, match="ends here"):
        movie(path, tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []
    assert running_ffmpegs() == []


def test_a_movie_that_becomes_too_large_a_file_is_refused(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (60, 128, 128), dtype="u1")
    bounds = MovieBounds(process=ProcessBounds(file_bytes=20_000))
    with pytest.raises(PermanentError, match="wrote more than is allowed"):
        movie(series(tmp_path / "a.fits", values), tmp_path / "media", bounds)
    assert list((tmp_path / "media").iterdir()) == []
    assert running_ffmpegs() == []


def test_an_endless_cube_makes_a_movie_of_bounded_length(tmp_path):
    shape = (1_000_000, 64, 64)
    path = tmp_path / "a.fits"
    header = header_bytes(structure(shape, -64, {"CTYPE3": "TIME"}))
    path.write_bytes(header)
    with path.open("r+b") as file:
        file.truncate(len(header) + int(np.prod(shape)) * 8 + 2880)  # 33 GB, next to nothing on the disk.
    made = movie(path, tmp_path / "media", MovieBounds(seconds=5))
    assert len(grey_frames(tmp_path / "media" / made.file_name, 64, 64)) == 60
