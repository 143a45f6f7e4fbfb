"""Fixtures of these tests."""

from tests.support.visit_fixture import visit

__all__ = ["visit"]
