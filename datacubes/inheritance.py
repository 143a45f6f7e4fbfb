"""What a cube is given besides what its file says: by an archive that had it before."""

from collections.abc import Callable
from typing import Any

from common.hooks import Hook
from datacubes.models import DataCube

inherit: Hook[[DataCube, Callable[[str], Any], bool], list[str]] = Hook("give a cube what an earlier archive knew")
"""Called in the transaction that ingests a cube, with its row, the look-up of a keyword, and whether it is new.

Returns what changed. Only a new cube, or one whose order names its OID, inherits: an import posts its orders so. The
release and the grants from file and order are written before it, the tags after it.
"""
