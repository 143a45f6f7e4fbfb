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


class Product(NamedTuple):
    """Which file of an export a file is.

    Attributes
    ----------
    name
        What the file is called, whenever it is exported: a re-export has the same name.
    companion
        Empty for a cube. Otherwise what kind of companion of its cube the file is, such as ``sp``: the same data in
        another form, which is not a cube of its own.
    exported
        When the file was exported, as text whose order is that of time; empty if the file does not tell.
    """

    name: str
    companion: str = ""
    exported: str = ""


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

    def product(self, cube_file: CubeFile) -> Product:
        """Return which file of an export this is: FILENAME of the header, or the name that the file has."""
        return Product(filename(cube_file))

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


def filename(cube_file: CubeFile) -> str:
    """Return the name that a file was written with: FILENAME of the header, or the last part of its path."""
    return text(cube_file.image.header, "FILENAME") or cube_file.relative_path.rpartition("/")[2]
