"""Harmless deviations from the standard, which astropy reads: each is read here too, and as the same."""

import warnings
from pathlib import Path

import pytest
from astropy.io import fits

from cubefile.cube import open_cube
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header

HEADER = raw_header(*TINY_CUBE)
DATA = padded(TINY_DATA)
TABLE = raw_header(
    *("XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 2", "NAXIS2  = 1", "PCOUNT  = 0", "GCOUNT  = 1"),
    *("TFIELDS = 1", "TFORM1  = '1I'", "TTYPE1  = 'SCANNUM'", "EXTNAME = 'SCANS'"),
) + padded(b"\0\7")


def cards(*texts: str, end: bytes = b"END".ljust(80)) -> bytes:
    return padded(b"".join(text.encode("latin-1").ljust(80) for text in texts) + end, b" ")


CHANGED = {
    "as the standard has it": HEADER + DATA + TABLE,
    "keywords in small letters": cards(TINY_CUBE[0], *(card[:8].lower() + card[8:] for card in TINY_CUBE[1:]))
    + DATA
    + TABLE,
    "END and the end of a line": cards(*TINY_CUBE, end=b"END".ljust(78) + b"\r\n") + DATA,
    "END and a new line at once": cards(*TINY_CUBE, end=b"END\n") + DATA,
    "END and NUL": cards(*TINY_CUBE, end=b"END").replace(b" " * 100, b"\0" * 100) + DATA,
    "cards that are lines": cards(*(card.ljust(78) + "\r\n" for card in TINY_CUBE)) + DATA + TABLE,
    "blocks of zeros between HDUs": HEADER + DATA + bytes(5760) + TABLE,
    "no padding at the end": HEADER + DATA + TABLE.rstrip(b"\0"),
    "a table named in small letters": HEADER + DATA + TABLE.replace(b"'SCANS'", b"'scans'"),
    "a column named in small letters": HEADER + DATA + TABLE.replace(b"'SCANNUM'", b"'scannum'"),
    "values in other columns": HEADER.replace(b"=                   16", b"= 16                  ") + DATA + TABLE,
}


@pytest.mark.parametrize("what", CHANGED)
def test_it_is_read_as_astropy_reads_it(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.fits"
    path.write_bytes(CHANGED[what])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(path) as hdus:
            expected = {keyword.upper(): value for keyword, value in hdus[0].header.items() if keyword != "EXTEND"}
            shape, scans = hdus[0].data.shape, hdus[1].data["SCANNUM"] if len(hdus) > 1 else None
    with open_cube(tmp_path, path.name) as cube:
        cube.check_whole()
        assert cube.image.shape == shape == (3, 4)
        assert {keyword: cube.image.header.get(keyword) for keyword in expected} == expected
        assert dict(cube.image.header.items()) == expected
        assert cube.table_column("SCANS", "SCANNUM") == scans
        assert scans in ([7], None)
