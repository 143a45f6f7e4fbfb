"""What the archive asks of a telescope."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from cubefile import CubeFile
from cubefile.card_values import Keywords, required_text, text
from cubefile.layout import Layout


class Line(NamedTuple):
    """A spectral line: its name, and its wavelength in nm, None for a filter that spans several lines."""

    name: str
    nm: float | None


class Telescope(ABC):
    """What only the files of one telescope have. A subclass sets the attributes and fills the hooks that differ.

    Attributes
    ----------
    name
        As the Instrument's row has it; never changed once cubes are ingested.
    title
        As staff read it in the admin.
    layout
        Axes and tables of the files.
    lines
        The line of each filter, by the filter's name in the header.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    layout: ClassVar[Layout] = Layout()
    lines: ClassVar[Mapping[str, Line]] = MappingProxyType({})

    @abstractmethod
    def oid(self, cube_file: CubeFile) -> str:
        """Return the observation id, which a re-export of the same observation shares.

        Raises
        ------
        PermanentError
            Naming the keyword that is missing or wrong.
        """

    @abstractmethod
    def spectral_line(self, header: Keywords) -> str:
        """Return the line as people search for it; empty if the header does not name it."""

    def point_id(self, header: Keywords) -> str:
        """Return what the cubes of one observation share: POINT_ID, or DATE-BEG if the header has none.

        Raises
        ------
        PermanentError
            If the header has neither.
        """
        return text(header, "POINT_ID") or required_text(header, "DATE-BEG")
