"""The admin pages of cubes, instruments, grants and people, which show several rooms at once."""

from operations.admin import data_cubes, grants, instruments, people

__all__ = ["data_cubes", "grants", "instruments", "people"]
