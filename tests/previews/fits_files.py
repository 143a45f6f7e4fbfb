"""Small FITS files of any shape and type, with cards and tables that no pipeline writes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubefile.cube import CubeFile, open_cube
from cubefile.telescopes import SST
from devtools.fits_bytes import BLOCK, header_bytes

_BITPIX = {"u1": 8, "i2": 16, "i4": 32, "i8": 64, "f4": -32, "f8": -64}


@contextmanager
def open_sst_cube(path: Path) -> Iterator[CubeFile]:
    """Open a cube as the ingestion does for an instrument of the SST."""
    with open_cube(path.parent, path.name) as cube:
        cube.layout = SST.layout
        yield cube


def write_fits(
    path: Path, stored: np.ndarray, keywords: Mapping[str, object] | None = None, raw_cards: Sequence[bytes] = ()
) -> Path:
    """Write stored values as they are into a primary HDU."""
    header = structure(stored.shape, _BITPIX[stored.dtype.str[1:]], keywords)
    data = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    path.write_bytes(header_bytes(header, raw_cards) + data + bytes(-len(data) % BLOCK))
    return path


def structure(shape: tuple[int, ...], bitpix: int, keywords: Mapping[str, object] | None = None) -> fits.Header:
    """Begin a primary header."""
    header = fits.Header([("SIMPLE", True), ("BITPIX", bitpix), ("NAXIS", len(shape))])
    axes = enumerate(reversed(shape), start=1)
    # Not stripped: astropy would leave out BSCALE and BLANK.
    header.extend([(f"NAXIS{number}", length) for number, length in axes], strip=False)
    header.extend((keywords or {}).items(), strip=False)
    return header


def replace_table(path: Path, name: str, columns: Mapping[str, np.ndarray]) -> None:
    """Put another table of one row in the place of an extension, or at the end."""
    row = np.empty(1, dtype=[(key, values.dtype, values.shape) for key, values in columns.items()])
    for key, values in columns.items():
        row[key][0] = values
    table = fits.BinTableHDU(row, name=name)
    with fits.open(path, memmap=False, do_not_scale_image_data=True) as hdus:
        others = [hdu for hdu in hdus if hdu.name != name]
        fits.HDUList([*others, table]).writeto(path, overwrite=True)
