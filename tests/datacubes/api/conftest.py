"""Fixtures of these tests."""

from tests.support.archived_cubes import anybody, archive_cube, client_of, person

__all__ = ["anybody", "archive_cube", "client_of", "person"]
