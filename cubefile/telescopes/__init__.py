"""The telescopes: one small file for each, with all that only its files have.

An Instrument's row names the telescope of its cubes. ``docs/add-a-telescope.md`` shows how to add one.
"""

from common.errors import PermanentError, quoted
from cubefile.telescopes.base import Line, Product, Telescope
from cubefile.telescopes.solarnet import Solarnet
from cubefile.telescopes.sst import SST

__all__ = ["SST", "TELESCOPES", "Line", "Product", "Solarnet", "Telescope", "get"]

TELESCOPES: tuple[Telescope, ...] = (SST(), Solarnet())


def get(name: str) -> Telescope:
    """Return the telescope of this name.

    Raises
    ------
    PermanentError
        Listing the telescopes that are known, if it is not one of them.
    """
    for telescope in TELESCOPES:
        if telescope.name == name:
            return telescope
    names = ", ".join(telescope.name for telescope in TELESCOPES)
    raise PermanentError(f"The telescope {quoted(name)} of the instrument is not known. Known telescopes: {names}.")
