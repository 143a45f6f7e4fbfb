"""What a room above knows of the bits of files."""

import os
from datetime import datetime

from common.hooks import Hook
from datacubes.models import Companion, DataCube

recorded_digest: Hook[[DataCube | Companion, os.stat_result], bytes] = Hook("tell the recorded SHA-256 of a file")
"""Receives a cube or companion and the status of its file. Returns the SHA-256 that is recorded for a file of this size
and modification time; empty if none is."""

damage_found: Hook[[DataCube], datetime | None] = Hook("tell whether a file is known to be damaged")
"""Receives a cube. Returns when its file was found damaged; None if it was not."""
