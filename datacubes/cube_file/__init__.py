"""How a cube file is read: a confined path, HDU by HDU, never the whole array.

Traps of the format that this package knows of: keywords repeat (``COMMENT``, ``HISTORY``, ``CONTINUE``, record-valued
cards), values can be undefined or not a number, headers can hold bytes that are not ASCII, and a file that was cut
short still opens.
"""

from datacubes.cube_file.cube import CubeFile, open_cube
from datacubes.cube_file.hdu import HDU, FileCutShort
from datacubes.cube_file.paths import confined_path, open_confined

__all__ = ["HDU", "CubeFile", "FileCutShort", "confined_path", "open_confined", "open_cube"]
