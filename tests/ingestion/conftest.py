"""Fixtures of these tests."""

from tests.support.cube_fixtures import data_root, no_growth_watch, place_cube, sample_cube

__all__ = ["data_root", "no_growth_watch", "place_cube", "sample_cube"]
