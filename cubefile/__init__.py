"""Reads cube files: from a confined path, HDU by HDU, never the whole array.

Traps of the format that this package handles: keywords repeat (``COMMENT``, ``HISTORY``, ``CONTINUE``, record-valued
cards); values can be undefined or NaN; headers can hold bytes beyond ASCII; a truncated file still opens.
"""

import warnings

from cubefile.cube import CubeFile, open_cube
from cubefile.hdu import HDU, FileCutShort
from cubefile.header import CardValue, Header

__all__ = ["HDU", "CardValue", "CubeFile", "FileCutShort", "Header", "open_cube"]

# astropy warns about each odd card. Python remembers every warning that it has shown, so a worker's memory would grow
# for months. The warnings that matter to the person who posted a cube are on its work order.
warnings.filterwarnings("ignore", module=r"astropy\.io\.fits")
