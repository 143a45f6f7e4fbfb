"""The step `metadata`: what people search for, and every keyword."""

from collections.abc import Mapping

from common.errors import PermanentError, quoted
from common.upsert import upsert
from cubefile import HDU, FileCutShort, Header
from cubefile.axes import axis_length, cube_axes
from cubefile.keywords import JSONValue, keywords_as_json
from cubefile.pointing import Pointing, read_pointing
from datacubes.models import Metadata
from datacubes.models.metadata import NEVER_PUBLIC
from datacubes.steps.base import CubeRows, Material, Outcome, Step, header_fingerprint, table_fingerprint


def read(material: Material) -> Metadata:
    """Make the metadata of a cube from its primary header, and its place on the sky from its table of coordinates.

    Raises
    ------
    PermanentError
        If a wavelength is not a number, or there are more scans or wavelengths than can be stored.
    """
    primary = material.cube_file.primary
    header = primary.header
    keywords = keywords_as_json(header)
    axes = cube_axes(material.cube_file)
    pointing = _pointing(material, keywords)
    return Metadata(
        date_beg=material.identity.date_beg,
        date_end=material.identity.date_end,
        wavelength_min=_nanometres(header, "WAVEMIN"),
        wavelength_max=_nanometres(header, "WAVEMAX"),
        spectral_line=material.telescope.spectral_line(header)[:64],
        has_polarimetry=axis_length(primary, axes.stokes) == 4,
        n_scans=_length(primary, axes.scan),
        n_wavelengths=_length(primary, axes.wavelength),
        size_x=pointing.size_x,
        size_y=pointing.size_y,
        pointing_x=pointing.x,
        pointing_y=pointing.y,
        keywords=keywords,
    )


def _length(hdu: HDU, axis: int | None) -> int:
    length = axis_length(hdu, axis)
    if axis is not None and length > 2**31 - 1:
        raise PermanentError(f"NAXIS{len(hdu.shape) - axis} is {length}, more than a cube can have.")
    return length


def _pointing(material: Material, keywords: Mapping[str, JSONValue]) -> Pointing:
    """Read the pointing; it is a help for searching, and that it cannot be read is no reason to refuse a cube."""
    try:
        return read_pointing(material.cube_file)
    except FileCutShort:
        raise
    except PermanentError as error:
        material.warnings.append(f"The pointing is not known: {error}")
        return Pointing()


def _nanometres(header: Header, keyword: str) -> float | None:
    value = header.get(keyword)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PermanentError(f"{keyword} is {quoted(value)}; a number of nanometres was expected.")
    return float(value)


class MetadataStep(Step[Metadata]):
    """Stores what people search for, and every keyword."""

    name = "metadata"
    version = 2

    def fingerprint(self, material: Material) -> str | None:
        """Name the state of the primary header and of the table of coordinates."""
        header, table = header_fingerprint(material), table_fingerprint(material, material.telescope.layout.coordinates)
        return f"{header} {table}" if header and table else None

    def read(self, material: Material) -> Metadata:
        """Make the metadata of the cube."""
        return read(material)

    def write(self, rows: CubeRows, values: Metadata) -> tuple[Outcome, str]:
        """Store the metadata."""
        cube = rows.cube
        values.cube = cube
        values.instrument_id = cube.instrument_id
        values.public_from = cube.access.release_date or NEVER_PUBLIC
        # The rules write the copy of their release date, which staff may be changing at this moment.
        upsert(values, "cube", keep=["public_from"])
        rows.observations.add(cube.observation_id)
        return Outcome.UPDATED, ""
