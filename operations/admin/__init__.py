"""The admin pages that show several rooms at once: the front page and the page of cubes."""

from operations.admin import data_cubes, site

__all__ = ["data_cubes", "site"]
