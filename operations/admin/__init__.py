"""The admin page of cubes, which shows several rooms at once."""

from operations.admin import data_cubes

__all__ = ["data_cubes"]
