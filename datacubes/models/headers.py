"""The primary header of a cube as it stands in the file."""

from astropy.io import fits
from django.db import models

from datacubes.models.cubes import DataCube


class FITSHeader(models.Model):
    """The primary header, byte for byte: each character is one byte of the file (Latin-1), END and padding included."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="fits_header")
    text = models.TextField()

    class Meta:
        verbose_name = "FITS header"

    def __str__(self) -> str:
        return "primary header"

    def as_header(self) -> fits.Header:
        """The header as astropy reads it from the file."""
        return fits.Header.fromstring(self.text)

    def lines(self) -> str:
        """The header for people: one card a line, without the padding."""
        cards = [self.text[start : start + 80].rstrip() for start in range(0, len(self.text), 80)]
        return "\n".join(cards).rstrip()
