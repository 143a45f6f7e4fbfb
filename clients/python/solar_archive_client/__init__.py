"""Finds, downloads and opens the data cubes of a Solar archive."""

from solar_archive_client.archive import Archive
from solar_archive_client.errors import ArchiveError, ArchiveUnavailable, NotAllowed, NotFound, WrongRequest

__all__ = ["Archive", "ArchiveError", "ArchiveUnavailable", "NotAllowed", "NotFound", "WrongRequest"]
