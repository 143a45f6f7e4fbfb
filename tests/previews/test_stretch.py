"""Frames are drawn so that what they hold can be seen, whatever their values are."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from devtools.solar_patch import LINE_CENTRE, stokes_cube
from previews.stretch import BACKGROUND, sample, stretch_limits, to_grey


def drawn(values):
    frame = np.array(values, dtype="f4")
    return to_grey(frame, stretch_limits(sample(frame)))


def test_the_last_row_of_fits_is_on_top():
    assert drawn([[0, 0], [1, 1]]).tolist() == [[255, 255], [1, 1]]


def test_values_between_the_limits_are_drawn_in_proportion():
    grey = to_grey(np.linspace(0, 254, 255, dtype="f4")[None, :], (0.0, 254.0))
    assert grey[0].tolist() == list(range(1, 256))


def test_a_few_bad_pixels_leave_the_rest_as_it_is():
    frame = np.random.default_rng(0).normal(100, 10, size=(200, 200)).astype("f4")
    clean = to_grey(frame, stretch_limits(sample(frame)))
    frame[0, :20] = 1e9
    frame[1, :20] = -1e9
    spoiled = to_grey(frame, stretch_limits(sample(frame)))
    assert abs(spoiled.astype(int) - clean)[:198].max() < 12
    assert (spoiled[-1, :20] == 255).all()
    assert (spoiled[-2, :20] == 1).all()


def test_pixels_without_a_value_are_background():
    grey = drawn([[np.nan, 1, 2], [3, np.inf, -np.inf]])
    assert (grey == BACKGROUND).tolist() == [[False, True, True], [True, False, False]]


def test_a_frame_without_any_value_is_all_background():
    assert (drawn(np.full((3, 4), np.nan)) == BACKGROUND).all()


@pytest.mark.parametrize("value", [0, -3.5, 1e-40, 3e38, -3e38])
def test_a_constant_frame_is_grey_everywhere(value):
    assert np.unique(drawn(np.full((3, 4), value))).tolist() == [128]


def test_a_constant_frame_shows_its_blank_pixels():
    assert drawn([[5, np.nan], [5, 5]]).tolist() == [[128, 128], [128, BACKGROUND]]


def test_one_pixel_is_drawn():
    assert drawn([[7]]).tolist() == [[128]]


def test_a_frame_that_is_constant_except_for_a_few_pixels_shows_them():
    frame = np.zeros((100, 100), "f4")
    frame[99, 3] = 1
    grey = drawn(frame)
    assert grey[0, 3] == 255
    assert (np.delete(grey.ravel(), 3) == 1).all()


def test_the_whole_range_of_float32_is_drawn():
    largest = np.finfo("f4").max
    assert drawn([[-largest, 0, largest]]).tolist() == [[1, 128, 255]]


@pytest.mark.parametrize("shape", [(3000, 2000), (1157, 1173), (890, 890), (450, 450), (40, 6000), (5, 65_500)])
def test_the_sample_of_a_large_frame_is_small_and_covers_it(shape):
    frame = np.add.outer(np.arange(shape[0]), np.arange(shape[1]) / 100_000)
    values = sample(frame)
    assert 50_000 < len(values) < 201_000
    assert values.min() < 10
    assert values.max() > shape[0] - 10


def test_the_limits_of_a_sample_are_those_of_the_frame():
    for side in (450, 890, 1160):  # Where the step has just grown, the sample is smallest.
        frame = stokes_cube((1, 1, 1, side, side), np.array([LINE_CENTRE]), seed=0)[0, 0, 0]
        low, high = stretch_limits(frame)
        assert stretch_limits(sample(frame)) == pytest.approx((low, high), abs=0.02 * (high - low))


@given(
    arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8)),
    st.floats(width=32),
    st.floats(width=32),
)
@settings(deadline=None)
def test_any_frame_is_drawn_without_a_warning(frame, low, high):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grey = to_grey(frame, stretch_limits(sample(frame)))
        assert ((grey == BACKGROUND) == ~np.isfinite(frame[::-1])).all()
        if np.isfinite([low, high]).all() and low <= high:
            assert to_grey(frame, (low, high)).shape == frame.shape
