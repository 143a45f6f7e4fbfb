"""The admin pages of cubes and of instruments, which show several rooms at once."""

from operations.admin import data_cubes, instruments

__all__ = ["data_cubes", "instruments"]
