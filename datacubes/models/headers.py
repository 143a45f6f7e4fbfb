"""The primary header of a cube as it stands in the file."""

from django.db import models

from cubefile.header import CARD_SIZE
from datacubes.models.cubes import DataCube

MAX_SHOWN_CARDS = 1_000  # Real headers have some 320 cards; one can have 36,000.


class FITSHeader(models.Model):
    """The primary header, byte for byte: each character is one byte of the file (Latin-1), END and padding included."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="fits_header")
    text = models.TextField()

    class Meta:
        verbose_name = "FITS header"

    def __str__(self) -> str:
        return "primary header"

    def lines(self) -> str:
        """The header for people: one card a line, without the padding."""
        return _lines(self.text.rstrip())

    def first_lines(self) -> tuple[str, int]:
        """As much of the header as a page shows, and the number of cards that follow."""
        text = self.text.rstrip()
        more = -(-len(text) // CARD_SIZE) - MAX_SHOWN_CARDS
        return _lines(text[: MAX_SHOWN_CARDS * CARD_SIZE]), max(more, 0)


def _lines(text: str) -> str:
    return "\n".join(text[start : start + CARD_SIZE].rstrip() for start in range(0, len(text), CARD_SIZE))
