"""A stand-in for the SOLARNET Virtual Observatory: a real HTTP server that behaves as the SVO's does."""

from tests.support.svo.keywords import KeywordDefinition
from tests.support.svo.server import SvoServer

__all__ = ["KeywordDefinition", "SvoServer"]
