"""The step `fits_header`: the primary header, byte for byte."""

from common.upsert import upsert
from datacubes.models import DataCube, FITSHeader
from datacubes.steps.base import Material, Outcome, Step, header_fingerprint


def read(material: Material) -> str:
    """Return the bytes of the primary header as text."""
    return material.cube_file.primary.header_bytes.decode("latin-1")


def write(cube: DataCube, text: str, *, created: bool) -> tuple[Outcome, str]:
    """Store the header."""
    upsert(FITSHeader(cube=cube, text=text), "cube")
    return Outcome.UPDATED, ""


STEP = Step("fits_header", header_fingerprint, read, write)
