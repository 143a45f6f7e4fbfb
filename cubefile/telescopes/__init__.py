"""The telescopes: one small module for each, with everything that is specific to its files.

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
        Listing the known telescopes, if none has this name.
    """
    for telescope in TELESCOPES:
        if telescope.name == name:
            return telescope
    names = ", ".join(telescope.name for telescope in TELESCOPES)
    raise PermanentError(f"The instrument's telescope {quoted(name)} is unknown. Known telescopes: {names}.")
