"""How dates and times are written, here and in the FITS standard alike."""
