"""Describes what a telescope decides about its files where the FITS standard leaves it open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AxisRole = Literal["wavelength", "stokes", "scan"]


@dataclass(frozen=True)
class Layout:
    """Axes and tables of a telescope's files. The defaults describe files without tables.

    A table's column has the name of its keyword (SOLARNET metadata recommendations, appendix I). Only the EXTNAME of
    the table differs between telescopes; it is None if the telescope's files lack the table.

    Attributes
    ----------
    default_axes
        Roles of axes without CTYPEn, by the number of the axis in FITS (3 or higher).
    coordinates
        Table of the coordinates at the corners of the field (``-TAB``, FITS standard 4.0, section 8.5).
    seeing
        Table with the columns ATMOS_R0 and TIME-ATMOS_R0.
    medians
        Table with the column DATAMEDN: the median of each frame.
    begins, ends
        Tables with the columns DATE-BEG and DATE-END: the times of each frame.
    """

    default_axes: Mapping[int, AxisRole] = field(default_factory=dict)
    coordinates: str | None = None
    seeing: str | None = None
    medians: str | None = None
    begins: str | None = None
    ends: str | None = None

    @property
    def plotted_tables(self) -> tuple[str, ...]:
        """The names of the tables that plots are drawn from."""
        names = (self.coordinates, self.seeing, self.medians, self.begins, self.ends)
        return tuple(name for name in names if name is not None)
