"""The header of a cube's image, byte for byte."""

from django.db import models

from cubefile.header import CARD_SIZE, find_end
from datacubes.models.cubes import DataCube

MAX_SHOWN_CARDS = 1_000  # Real headers have some 320 cards; one can have 36,000.

_END_CARD = "END".ljust(CARD_SIZE)


class FITSHeader(models.Model):
    """The header of a cube's image with END and padding, one character (Latin-1) for each byte of the file.

    For a compressed image, it is the header of the unpacked image.
    """

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="fits_header")
    text = models.TextField()

    class Meta:
        verbose_name = "FITS header"

    def __str__(self) -> str:
        return "header of a cube"

    def cards(self) -> list[str]:
        """Return the cards before END, each with all 80 characters, which readers of CONTINUE cards need."""
        text = self.before_end()
        return [text[start : start + CARD_SIZE] for start in range(0, len(text), CARD_SIZE)]

    def before_end(self) -> str:
        """Return the header up to its END card."""
        return self.text[: find_end(self.text)]

    def lines(self) -> str:
        """Return the header with one card a line: ``Header.fromstring(text, sep="\\n")`` of astropy reads it."""
        return "\n".join([*self.cards(), _END_CARD])

    def first_lines(self) -> tuple[str, int]:
        """Return the first lines of the header, as many as a page shows, and the number of further cards."""
        text = self.text.rstrip()
        more = -(-len(text) // CARD_SIZE) - MAX_SHOWN_CARDS
        shown = text[: MAX_SHOWN_CARDS * CARD_SIZE]
        lines = (shown[start : start + CARD_SIZE].rstrip() for start in range(0, len(shown), CARD_SIZE))
        return "\n".join(lines), max(more, 0)
