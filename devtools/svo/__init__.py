"""A stand-in for the SOLARNET Virtual Observatory: a real HTTP server that behaves like the SVO's."""

from devtools.svo.keywords import KeywordDefinition
from devtools.svo.server import SvoServer

__all__ = ["KeywordDefinition", "SvoServer"]
