"""From a frame to the files that a list, a page and a high-density screen show."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from common.errors import TransientError
from devtools.sample_cubes import write_cube
from previews.frames import choose_frame
from previews.images import previews_of_frame, previews_of_greys
from tests.previews.fits_files import open_sst_cube, write_fits

SIDES = {"thumbnail": 200, "page": 800, "large": 1600}


def opened(folder, preview):
    with Image.open(folder / preview.file_name) as image:
        image.load()
    return image


def test_each_size_is_written_and_described(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (900, 1800), dtype="u1")
    previews = previews_of_greys(grey, SIDES, tmp_path / "media")
    assert [(p.size_name, p.width, p.height) for p in previews] == [
        ("thumbnail", 200, 100),
        ("page", 800, 400),
        ("large", 1600, 800),
    ]
    for preview in previews:
        image = opened(tmp_path / "media", preview)
        assert image.size == (preview.width, preview.height)
        assert (image.format, image.mode) == ("JPEG", "L")
        assert (tmp_path / "media" / preview.file_name).stat().st_size == preview.byte_count
    assert len(list((tmp_path / "media").iterdir())) == 3


def test_the_sample_s_spot_is_in_the_upper_left(tmp_path):
    write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 240, 256))
    with open_sst_cube(tmp_path / "cube.fits") as cube:
        previews = previews_of_frame(cube, choose_frame(cube), SIDES, tmp_path / "media")
    assert [(p.width, p.height) for p in previews] == [(200, 188), (256, 240), (256, 240)]
    for preview in previews:
        image = np.asarray(opened(tmp_path / "media", preview)).astype(float)
        height, width = image.shape
        spot = image[int(0.25 * height) : int(0.35 * height), int(0.25 * width) : int(0.35 * width)]
        others = image[height // 2 :, :].mean(), image[:, width // 2 :].mean()
        assert spot.mean() < 0.3 * min(others)


def test_an_image_is_never_enlarged(tmp_path):
    previews = previews_of_greys(np.zeros((60, 64), "u1"), SIDES, tmp_path)
    assert {(p.width, p.height) for p in previews} == {(64, 60)}
    assert [p.size_name for p in previews] == list(SIDES)


def test_sizes_that_an_image_does_not_fill_share_one_file(tmp_path):
    previews = previews_of_greys(np.zeros((900, 1000), "u1"), SIDES | {"huge": 3000}, tmp_path / "media")
    assert [p.width for p in previews] == [200, 800, 1000, 1000]
    assert previews[2].file_name == previews[3].file_name
    assert len(list((tmp_path / "media").iterdir())) == 3


@pytest.mark.parametrize(("shape", "size"), [((1, 1), (1, 1)), ((1, 5000), (1600, 1)), ((5000, 1), (1, 1600))])
def test_extreme_shapes_have_previews(tmp_path, shape, size):
    large = previews_of_greys(np.zeros(shape, "u1"), SIDES, tmp_path)[-1]
    assert (large.width, large.height) == size
    assert opened(tmp_path, large).size == size


def test_the_same_greys_give_the_same_bytes_under_other_names(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (300, 300), dtype="u1")
    first, second = (previews_of_greys(grey, SIDES, tmp_path)[0].file_name for _ in range(2))
    assert first != second
    assert (tmp_path / first).read_bytes() == (tmp_path / second).read_bytes()


def test_a_folder_that_cannot_be_written_to_is_a_transient_error(tmp_path):
    (tmp_path / "file").write_text("in the place of a folder")
    with pytest.raises(TransientError, match="cannot be written"):
        previews_of_greys(np.zeros((2, 2), "u1"), SIDES, tmp_path / "file")


@pytest.mark.parametrize("value", [np.nan, 5.0])
def test_frames_without_contrast_have_previews(tmp_path, value):
    write_fits(tmp_path / "a.fits", np.full((30, 40), value, "f4"))
    with open_sst_cube(tmp_path / "a.fits") as cube:
        (preview,) = previews_of_frame(cube, (), {"thumbnail": 20}, tmp_path)
    assert np.unique(np.asarray(opened(tmp_path, preview))).tolist() == [0 if np.isnan(value) else 128]


def test_a_cube_of_one_pixel_has_previews(tmp_path):
    write_cube(tmp_path / "cube.fits", shape=(1, 1, 1, 1, 1))
    with open_sst_cube(tmp_path / "cube.fits") as cube:
        previews = previews_of_frame(cube, choose_frame(cube), SIDES, tmp_path)
    assert [(p.width, p.height) for p in previews] == [(1, 1)] * 3


def test_previews_take_less_memory_than_three_frames(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.random.default_rng(0).normal(size=(2000, 2100)).astype("f4"))
    with open_sst_cube(path) as cube:
        previews_of_frame(cube, (), SIDES, tmp_path)
        tracemalloc.start()
        try:
            previews_of_frame(cube, (), SIDES, tmp_path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 2 * 2000 * 2100 * 4  # Pillow's own, of a quarter of a frame at most, is not counted.
