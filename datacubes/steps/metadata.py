"""The step `metadata`: what people search for, and every keyword."""

from collections.abc import Mapping

from datacubes.cube_file import CubeFile, FileCutShort, Header
from datacubes.errors import PermanentError, quoted
from datacubes.keywords import JSONValue, keywords_as_json
from datacubes.models import DataCube, Metadata
from datacubes.models.metadata import NEVER_PUBLIC
from datacubes.pointing import Pointing, read_pointing
from datacubes.steps.base import Material, Outcome, Step, header_fingerprint, table_fingerprint
from datacubes.upsert import upsert


def read(material: Material) -> Metadata:
    """Make the metadata of a cube from its primary header, and its place on the sky from its table of coordinates.

    Raises
    ------
    PermanentError
        If a wavelength is not a number.
    """
    cube_file = material.cube_file
    header = cube_file.primary.header
    keywords = keywords_as_json(header)
    n_wavelengths, n_stokes, n_scans = _axes(cube_file)
    pointing = _pointing(material, keywords)
    line = header.get("FILTER1")
    return Metadata(
        date_beg=material.identity.date_beg,
        date_end=material.identity.date_end,
        wavelength_min=_nanometres(header, "WAVEMIN"),
        wavelength_max=_nanometres(header, "WAVEMAX"),
        spectral_line="" if line is None else str(line).strip()[:64],
        has_polarimetry=n_stokes == 4,
        n_scans=n_scans,
        n_wavelengths=n_wavelengths,
        size_x=pointing.size_x,
        size_y=pointing.size_y,
        pointing_x=pointing.x,
        pointing_y=pointing.y,
        keywords=keywords,
    )


def fingerprint(material: Material) -> str | None:
    """Name the state of the primary header and of the table of coordinates; None if one cannot be told."""
    header, table = header_fingerprint(material), table_fingerprint(material, "WCS-TAB")
    return f"{header} {table}" if header and table else None


def write(cube: DataCube, metadata: Metadata, *, created: bool) -> tuple[Outcome, str]:
    """Store the metadata."""
    metadata.cube = cube
    metadata.instrument_id = cube.instrument_id
    metadata.public_from = cube.access.release_date or NEVER_PUBLIC
    # The rules write the copy of their release date, which staff may be changing at this moment.
    upsert(metadata, "cube", keep=["public_from"])
    return Outcome.UPDATED, ""


def _axes(cube_file: CubeFile) -> tuple[int, int, int]:
    """Lengths of the third to fifth FITS axis: wavelength, Stokes, scan."""
    axes = [*reversed(cube_file.primary.shape)][2:5]
    lengths = [*axes, 1, 1, 1][:3]
    for name, length in zip(("NAXIS3", "NAXIS4", "NAXIS5"), lengths, strict=True):
        if length > 2**31 - 1:
            raise PermanentError(f"{name} is {length}, more than a cube can have.")
    return lengths[0], lengths[1], lengths[2]


def _pointing(material: Material, keywords: Mapping[str, JSONValue]) -> Pointing:
    """Read the pointing; it is a help for searching, and that it cannot be read is no reason to refuse a cube."""
    try:
        return read_pointing(material.cube_file, keywords)
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


STEP = Step("metadata", fingerprint, read, write)
