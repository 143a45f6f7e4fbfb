"""The synthetic Sun looks like what it stands for, changes as it should, and is the same for the same seed."""

import time
from dataclasses import replace

import numpy as np
import pytest

from devtools.solar_surface import (
    CALCIUM_INFRARED,
    CALCIUM_K,
    HYDROGEN_ALPHA,
    IRON,
    Line,
    Scene,
    SolarSurface,
    Spot,
    View,
)
from devtools.solar_surface.projection import SOLAR_RADIUS

QUIET = Scene((240, 320), 1, activity=0.2)
SPOT = Scene((320, 320), 2, spots=(Spot(0.4, 0.6, 90),), activity=0.6)
LIMB = Scene((400, 400), 3, (SOLAR_RADIUS - 2, 0.0))
BESIDE_THE_LINE = {IRON: 0.2, CALCIUM_INFRARED: 0.4, HYDROGEN_ALPHA: 0.5, CALCIUM_K: 0.5}
LINES = pytest.mark.parametrize("line", BESIDE_THE_LINE, ids=lambda line: line.filter_name)


def frame(scene: Scene, line: Line = IRON, offset: float = 0.0, seconds: float = 0.0) -> np.ndarray:
    return View(SolarSurface(scene).at(seconds), line).intensity(line.centre + offset)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@LINES
@pytest.mark.parametrize("scene", [QUIET, SPOT, LIMB], ids=["quiet", "spot", "limb"])
def test_frames_have_the_shape_asked_for_and_are_light(scene, line):
    made = frame(scene, line)
    assert made.shape == scene.shape
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert 0 <= made.min() < made.max() < 2.6


@LINES
def test_the_same_seed_gives_the_same_sun_and_another_seed_another(line):
    first = frame(SPOT, line, seconds=60)
    assert (frame(SPOT, line, seconds=60) == first).all()
    assert likeness(frame(replace(QUIET, seed=9), line), frame(QUIET, line)) < 0.3


def test_granulation_has_the_contrast_that_large_telescopes_see():
    continuum = frame(QUIET, offset=BESIDE_THE_LINE[IRON])
    assert 0.07 < continuum.std() / continuum.mean() < 0.14


def test_a_spot_has_a_dark_umbra_in_a_brighter_penumbra():
    continuum = frame(SPOT, offset=BESIDE_THE_LINE[IRON])
    distance = np.abs(SPOT.spots[0].offsets(SPOT.shape))
    umbra, penumbra, quiet = (
        continuum[where].mean() for where in (distance < 0.2, abs(distance - 0.7) < 0.1, distance > 1.4)
    )
    assert umbra < 0.3
    assert 0.6 < penumbra < 0.85
    assert quiet == pytest.approx(1, abs=0.06)
    assert continuum[abs(distance - 0.7) < 0.1].std() > 0.05


@LINES
def test_a_line_is_darkest_in_its_core(line):
    width = line.core_width if line.core_depth else line.width
    means = [frame(QUIET, line, offset).mean() for offset in (-BESIDE_THE_LINE[line], -width, 0.0, width)]
    assert means.index(min(means)) == 2
    assert means[0] > 2 * means[2]


@pytest.mark.parametrize("line", [IRON, HYDROGEN_ALPHA], ids=["photosphere", "chromosphere"])
def test_a_movie_shows_motion_and_no_jumps(line):
    start, soon, later = (frame(SPOT, line, seconds=seconds) for seconds in (0, 30, 600))
    assert 0.6 < likeness(start, soon) < 0.99
    assert likeness(start, later) < likeness(start, soon) - 0.05


def test_a_filament_is_dark_in_hydrogen_alpha():
    with_filament = replace(QUIET, filaments=(((0.1, 0.5), (0.9, 0.5)),))
    band = np.s_[110:130, 60:260]
    light = frame(with_filament, HYDROGEN_ALPHA)
    assert light[band].mean() < 0.7 * np.median(light)
    assert frame(with_filament)[band].mean() == pytest.approx(frame(QUIET)[band].mean(), rel=0.05)


def test_beside_the_sun_there_are_spicules_only():
    beside = SolarSurface(LIMB).projection.height > 10
    assert beside.any()
    assert frame(LIMB)[beside].max() < 1e-3
    assert frame(LIMB, HYDROGEN_ALPHA)[beside].max() > 0.02
    assert frame(LIMB)[:, :30].mean() > 0.1


def test_towards_the_limb_granules_are_foreshortened():
    near_limb = frame(Scene((400, 400), 1, (0.97 * SOLAR_RADIUS, 0.0), pixel=0.02), offset=0.2)
    across, along = (np.abs(np.diff(near_limb, axis=axis)).mean() for axis in (1, 0))
    assert across > 1.5 * along


def test_circular_polarisation_is_antisymmetric_and_strong_in_the_spot():
    view = View(SolarSurface(SPOT).at(0), IRON)
    blue, red = (view.polarised(IRON.centre + offset)[2] for offset in (-0.005, 0.005))
    np.testing.assert_allclose(blue, -red, atol=1e-4)
    distance = np.abs(SPOT.spots[0].offsets(SPOT.shape))
    assert np.abs(red[distance < 0.8]).mean() > 2 * np.abs(red[distance > 1.4]).mean()
    linear = view.polarised(IRON.centre)
    assert np.hypot(linear[0], linear[1]).max() > 0.005


def test_a_frame_of_a_million_pixels_takes_seconds():
    began = time.process_time()
    frame(replace(SPOT, shape=(1000, 1000)), HYDROGEN_ALPHA)
    assert time.process_time() - began < 10  # Measured: 0.7 s.
