"""The interface of a telescope."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from cubefile.card_values import Keywords, required_text, text
from cubefile.layout import Layout

if TYPE_CHECKING:
    from cubefile.cube import CubeFile


class Line(NamedTuple):
    """A spectral line: its name, and its wavelength in nm, None for a filter that spans several lines."""

    name: str
    nm: float | None


class Product(NamedTuple):
    """A file's part in an export.

    Attributes
    ----------
    name
        The name that the file shares with its re-exports.
    companion
        Empty for a cube. Otherwise the kind of companion, such as ``sp``: a file with the data of its cube in another
        form, which is not a cube of its own.
    exported
        The time of the export, as text that sorts by time; empty if the file does not give it.
    """

    name: str
    companion: str = ""
    exported: str = ""


class Telescope(ABC):
    """The properties of one telescope's files. A subclass sets the attributes and overrides the hooks that differ.

    Attributes
    ----------
    name
        The name in the Instrument's row. It must not change once cubes are ingested.
    title
        The name that the admin shows.
    layout
        Axes and tables of the files.
    lines
        The spectral line of each filter, by the filter's name in the header.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    layout: ClassVar[Layout] = Layout()
    lines: ClassVar[Mapping[str, Line]] = MappingProxyType({})

    @abstractmethod
    def oid(self, cube_file: "CubeFile") -> str:
        """Return the OID (observation id), which is the same for every export of an observation.

        Raises
        ------
        PermanentError
            Naming the keyword that is missing or wrong.
        """

    def product(self, cube_file: "CubeFile") -> Product:
        """Return the file's part in its export, named by FILENAME or else by the file's own name."""
        return Product(filename(cube_file))

    @abstractmethod
    def spectral_line(self, header: Keywords) -> str:
        """Return the spectral line's name in searches; empty if the header does not name the line."""

    def point_id(self, header: Keywords) -> str:
        """Return the id that the cubes of one observation share: POINT_ID, or else DATE-BEG.

        Raises
        ------
        PermanentError
            If the header has neither.
        """
        return text(header, "POINT_ID") or required_text(header, "DATE-BEG")


def filename(cube_file: "CubeFile") -> str:
    """Return the name that the file was written under: FILENAME, or else the last part of its path."""
    return text(cube_file.image.header, "FILENAME") or cube_file.relative_path.rpartition("/")[2]
