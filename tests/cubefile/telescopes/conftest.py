"""Fixtures of the tests of telescopes: the stand-in SVO, used by the archive."""

from tests.svo.archive_fixtures import configured, send_all
from tests.svo.conftest import svo

__all__ = ["configured", "send_all", "svo"]
