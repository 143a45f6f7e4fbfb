"""How a cube file is read: a confined path, HDU by HDU, never the whole array.

Traps of the format that this package knows of: keywords repeat (``COMMENT``, ``HISTORY``, ``CONTINUE``, record-valued
cards), values can be undefined or not a number, headers can hold bytes that are not ASCII, and a file that was cut
short still opens.
"""

import warnings

from cubefile.cube import CubeFile, open_cube
from cubefile.hdu import HDU, FileCutShort
from cubefile.header import CardValue, Header

__all__ = ["HDU", "CardValue", "CubeFile", "FileCutShort", "Header", "open_cube"]

# astropy warns of each odd card. In a worker that reads files for months these texts pile up in memory, as Python
# remembers each that it has shown; and what matters of them to whoever posted a cube is on the order.
warnings.filterwarnings("ignore", module=r"astropy\.io\.fits")
