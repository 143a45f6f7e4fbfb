"""Frames of any FITS image are read as what they stand for, and nothing but their bytes."""

import tracemalloc
import warnings

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import PermanentError
from devtools.fits_bytes import header_bytes
from devtools.sample_cubes import write_cube
from previews import frames
from previews.frames import read_frame, read_scans, step_for
from tests.previews.fits_files import open_sst_cube, structure, write_fits


def read(path, index=None, step=1):
    with open_sst_cube(path) as cube:
        return read_frame(cube, (0,) * (len(cube.primary.shape) - 2) if index is None else index, step)


def test_a_frame_is_what_astropy_reads(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 4, 3, 11, 13))
    frame = read(path, (1, 2, 1))
    assert frame.dtype == np.float32
    np.testing.assert_array_equal(frame, fits.getdata(path)[1, 2, 1])


def test_a_frame_of_scaled_integers_is_what_astropy_reads(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 3, 11, 13), bitpix=16)
    np.testing.assert_allclose(read(path, (0, 0, 2)), fits.getdata(path)[0, 0, 2], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "i8", "f4", "f8"])
def test_every_bitpix_is_read(tmp_path, dtype):
    values = np.array([[0, 1, 2], [100, 101, 127]], dtype=dtype)
    np.testing.assert_array_equal(read(write_fits(tmp_path / "a.fits", values)), values)


@pytest.mark.parametrize("axes", [(), (3,), (2, 3), (2, 2, 3), (1, 2, 2, 3)])
def test_every_number_of_axes_from_two_up_is_read(tmp_path, axes):
    values = np.arange(np.prod((*axes, 4, 5)), dtype="f4").reshape(*axes, 4, 5)
    last = tuple(length - 1 for length in axes)
    np.testing.assert_array_equal(read(write_fits(tmp_path / "a.fits", values), last), values[last])


@pytest.mark.parametrize(("dtype", "bzero"), [("i2", 2**15), ("i4", 2**31), ("i8", 2**63), ("u1", -128)])
def test_the_convention_for_other_signs_is_followed(tmp_path, dtype, bzero):
    info = np.iinfo(dtype)
    path = write_fits(tmp_path / "a.fits", np.array([[info.min, info.max]], dtype), {"BSCALE": 1, "BZERO": bzero})
    expected = np.float32([info.min + bzero, info.max + bzero])
    np.testing.assert_array_equal(read(path)[0], expected)


def test_floats_may_be_scaled_too(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.array([[1.0, np.nan]], "f4"), {"BSCALE": -2.0, "BZERO": 10.0})
    np.testing.assert_array_equal(read(path), np.float32([[8, np.nan]]))


def test_blank_pixels_become_nan(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.array([[-32768, 5]], "i2"), {"BLANK": -32768, "BSCALE": 2.0})
    np.testing.assert_array_equal(read(path), np.float32([[np.nan, 10]]))


def test_blank_has_no_effect_on_floats(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.array([[7, 5]], "f4"), {"BLANK": 7})
    np.testing.assert_array_equal(read(path), np.float32([[7, 5]]))


@pytest.mark.parametrize("blank", [10**30, -(10**30), 300, -1, 0.5])
def test_a_blank_that_no_pixel_can_equal_has_no_effect(tmp_path, blank):
    path = write_fits(tmp_path / "a.fits", np.array([[0, 255]], "u1"), {"BLANK": blank})
    np.testing.assert_array_equal(read(path), np.float32([[0, 255]]))


@pytest.mark.parametrize("card", [b"BSCALE  = 'twice'", b"BZERO   = T", b"BLANK   = 'none'", b"BZERO   = (1.0, 2.0)"])
def test_scaling_that_is_not_a_number_is_refused(tmp_path, card):
    path = write_fits(tmp_path / "a.fits", np.ones((2, 2), "i2"), raw_cards=[card])
    with pytest.raises(PermanentError, match=card[:8].decode().strip()):
        read(path)


def test_values_that_float32_cannot_hold_are_infinite(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.array([[-1, 1]], "i2"), raw_cards=[b"BSCALE  = 1" + b"0" * 60])
    np.testing.assert_array_equal(read(path), np.float32([[-np.inf, np.inf]]))


@pytest.mark.parametrize("card", [b"BSCALE  = NaN", b"BZERO   =", b"BSCALE  = 1E400"])
def test_undefined_scaling_is_the_default(tmp_path, card):
    path = write_fits(tmp_path / "a.fits", np.full((2, 2), 3, "i2"), raw_cards=[card])
    assert (read(path) == 3).all()


@given(
    bscale=st.floats(allow_nan=False, allow_infinity=False),
    bzero=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**65), 10**65),
    blank=st.integers(-(10**25), 10**25) | st.none(),
    dtype=st.sampled_from(["u1", "i2", "i4", "i8", "f4", "f8"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_scaling_gives_a_frame_without_a_warning(tmp_path, bscale, bzero, blank, dtype):
    values = np.array([[0, 1], [100, 127]], dtype)
    keywords = {"BSCALE": bscale, "BZERO": bzero} | ({} if blank is None else {"BLANK": blank})
    cards = [f"{keyword:8}= {value!r}".upper().encode() for keyword, value in keywords.items()]
    path = write_fits(tmp_path / "a.fits", values, raw_cards=cards)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(path).shape == (2, 2)


@pytest.mark.parametrize("shape", [(), (5,)])
def test_a_file_without_images_is_refused(tmp_path, shape):
    path = tmp_path / "a.fits"
    path.write_bytes(header_bytes(structure(shape, 8)) + bytes(2880))
    with open_sst_cube(tmp_path / "a.fits") as cube, pytest.raises(PermanentError, match="no images"):
        read_frame(cube, ())


@pytest.mark.parametrize("shape", [(25_000, 25_000), (3, 70_000), (70_000, 3)])
def test_a_frame_larger_than_any_telescope_s_is_refused(tmp_path, shape):
    path = tmp_path / "a.fits"
    path.write_bytes(header_bytes(structure(shape, 8)))
    with path.open("r+b") as file:
        file.truncate(2880 + shape[0] * shape[1] + 2880)
    with pytest.raises(PermanentError, match="pixels"):
        read(path)


def test_boxes_are_averaged_without_their_blank_pixels(tmp_path):
    values = np.array([[1, 3, 5], [np.nan, 5, np.nan], [4, np.nan, np.nan]], "f4")
    np.testing.assert_allclose(read(write_fits(tmp_path / "a.fits", values), step=2), np.float32([[3, 5], [4, np.nan]]))


def test_boxes_are_the_same_however_the_frame_is_read_in_bands(tmp_path, monkeypatch):
    values = np.random.default_rng(0).normal(size=(103, 57)).astype("f4")
    path = write_fits(tmp_path / "a.fits", values)
    whole = read(path, step=4)
    monkeypatch.setattr(frames, "_BAND_PIXELS", 300)
    np.testing.assert_array_equal(read(path, step=4), whole)
    np.testing.assert_array_equal(read(path), values)
    assert whole.shape == (26, 15)
    assert whole[2, 3] == pytest.approx(values[8:12, 12:16].mean())


def test_a_frame_far_larger_than_its_pictures_is_read_in_boxes(tmp_path):
    path = write_fits(tmp_path / "a.fits", np.zeros((10, 1000), "u1"))
    with open_sst_cube(path) as cube:
        assert step_for(cube, side=1000) == 1
        assert step_for(cube, side=100) == 5


def test_scans_are_read_one_by_one(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(3, 1, 2, 6, 7))
    data = fits.getdata(path)
    with open_sst_cube(path) as cube:
        read_all = list(read_scans(cube, (0, 0, 1), [0, 2]))
    np.testing.assert_array_equal(read_all, [data[0, 0, 1], data[2, 0, 1]])


def test_memory_does_not_depend_on_the_size_of_the_cube(tmp_path):
    shape = (1000, 4, 20, 500, 600)  # 96 GB, of which the file system stores next to nothing.
    path = tmp_path / "a.fits"
    header = header_bytes(structure(shape, -32))
    path.write_bytes(header)
    frame_bytes = 500 * 600 * 4
    place = np.ravel_multi_index((999, 3, 19), shape[:3])
    with path.open("r+b") as file:
        file.truncate(len(header) + int(np.prod(shape, dtype=np.int64)) * 4 + 2880)
        file.seek(len(header) + int(place) * frame_bytes)
        file.write(np.full((500, 600), 42, ">f4").tobytes())
    with open_sst_cube(path) as cube:
        read_frame(cube, (0, 0, 0))
        tracemalloc.start()
        try:
            frame = read_frame(cube, (999, 3, 19))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (frame == 42).all()
    assert peak < 3 * frame_bytes
