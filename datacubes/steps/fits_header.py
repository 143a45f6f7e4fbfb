"""The step `fits_header`: the header of the cube's image, byte for byte."""

from common.upsert import upsert
from datacubes.models import FITSHeader
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.fingerprints import header_fingerprint


class FITSHeaderStep(Step[str]):
    """Stores the bytes of the header as text."""

    name = "fits_header"

    def fingerprint(self, material: Material) -> str | None:
        return header_fingerprint(material)

    def read(self, material: Material) -> str:
        """Return the header as Latin-1 text, with blanks for the NUL of some paddings, which databases refuse."""
        return material.cube_file.image.header_bytes.decode("latin-1").replace("\0", " ")

    def write(self, rows: CubeRows, values: str) -> tuple[Outcome, str]:
        upsert(FITSHeader(cube=rows.cube, text=values), "cube")
        return Outcome.UPDATED, ""
