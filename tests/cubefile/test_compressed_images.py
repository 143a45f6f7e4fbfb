"""Images that are compressed by tiles are read as astropy reads them, within bounds whatever the file says."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from common.errors import PermanentError
from cubefile.compressed import MAX_GZIP_TILE_BYTES
from cubefile.cube import open_cube
from devtools.fits_bytes import BLOCK, with_card
from previews.frames import read_frame

KEYWORDS = {"DATE-BEG": "2022-06-02T17:22:50", "INSTRUME": "VISP"}


def stored(kind: str, shape: tuple[int, ...] = (3, 50, 64)) -> np.ndarray:
    values = np.random.default_rng(1).normal(1000, 10, shape)
    if kind[0] == "f":
        values[0, 3, 4] = np.nan
        return values.astype(kind)
    return (values % 200).astype(kind)


def write(path: Path, data: np.ndarray, **options: object) -> Path:
    hdu = fits.CompImageHDU(data, **options)
    hdu.header.update(KEYWORDS)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, checksum=True, overwrite=True)
    return path


def edit(path: Path, **cards: object) -> None:
    """Replace cards of the table's header."""
    content = path.read_bytes()
    begin = BLOCK
    end = content.index(b"END".ljust(80), begin) + 80
    end += -(end - begin) % BLOCK
    header = content[begin:end]
    for keyword, value in cards.items():
        header = with_card(header, keyword, value)
    path.write_bytes(content[:begin] + header + content[end:])


def read(path: Path, index: tuple[int, ...] = (0,), step: int = 1) -> np.ndarray:
    with open_cube(path.parent, path.name) as cube:
        return read_frame(cube, index, step)


@pytest.mark.parametrize("tile", [None, (1, 16, 16), (1, 50, 64), (2, 7, 64)])
@pytest.mark.parametrize("algorithm", ["RICE_1", "GZIP_1", "GZIP_2", "NOCOMPRESS"])
@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "f4", "f8"])
def test_frames_are_those_that_astropy_reads(tmp_path, kind, algorithm, tile):
    path = write(tmp_path / "x.fits", stored(kind), compression_type=algorithm, tile_shape=tile)
    for scan in range(3):
        np.testing.assert_array_equal(read(path, (scan,)), fits.getdata(path, 1)[scan].astype(np.float32))


@pytest.mark.parametrize("tile", [(1, 1, 700), (1, 33, 33), (1, 400, 600)])
def test_a_frame_of_several_bands_is_reduced_as_one_that_is_not_compressed(tmp_path, tile):
    data = stored("f4", (1, 600, 700))
    path = write(tmp_path / "x.fits", data, compression_type="GZIP_1", quantize_level=0, tile_shape=tile)
    plain = tmp_path / "plain.fits"
    fits.HDUList([fits.PrimaryHDU(data)]).writeto(plain)
    np.testing.assert_array_equal(read(path, (0,), 4), read(plain, (0,), 4))


def test_reading_one_frame_decompresses_only_its_own_tiles(tmp_path, monkeypatch):
    path = write(tmp_path / "x.fits", stored("i2", (40, 50, 64)))
    sizes = []
    with open_cube(tmp_path, path.name) as cube:
        read_frame(cube, (0,))
        monkeypatch.setattr("cubefile.compressed.read_bytes", count_bytes(sizes))
        read_frame(cube, (20,))
    assert 0 < sum(sizes) < path.stat().st_size / 20


def count_bytes(sizes: list[int]):
    from cubefile.hdu import read_bytes

    def read_and_count(descriptor: int, offset: int, size: int) -> bytes:
        sizes.append(size)
        return read_bytes(descriptor, offset, size)

    return read_and_count


@pytest.mark.parametrize(
    ("cards", "sentence"),
    [
        ({"ZCMPTYPE": "HCOMPRESS_1"}, "is “HCOMPRESS_1”; supported are RICE_1, "),
        ({"ZCMPTYPE": 7}, "ZCMPTYPE .* is “7”"),
        ({"ZTILE1": 0}, "must be positive"),
        ({"ZTILE1": 1}, "has 150 tiles; its header needs 9600"),
        ({"ZNAXIS3": 4}, "has 150 tiles; its header needs 200"),
        ({"ZNAXIS1": 20000, "ZTILE1": 20000, "ZTILE2": 20000, "ZNAXIS2": 20000}, "bytes in a tile; at most"),
        ({"TFIELDS": 999}, "TFIELDS of the compressed image is 999"),
        ({"ZBITPIX": 12}, "ZBITPIX is 12"),
        ({"ZNAXIS": "x"}, "ZNAXIS is “x”, not an integer"),
        ({"TFORM1": "1PZ(9)"}, "cannot be read"),
        ({"TTYPE1": "SOMETHING"}, "cannot be read"),
        ({"ZVAL1": -7}, "cannot be read"),
        ({"THEAP": 99999999}, "cannot be read"),
        ({"ZVAL1": "x"}, "cannot be read"),
    ],
)
def test_a_damaged_header_is_refused_with_the_reason(tmp_path, cards, sentence):
    path = write(tmp_path / "x.fits", stored("i2"))
    edit(path, **cards)
    with pytest.raises(PermanentError, match=sentence):
        read(path)


@pytest.mark.parametrize("algorithm", ["RICE_1", "GZIP_1", "GZIP_2"])
def test_damaged_tiles_give_values_or_a_permanent_error(tmp_path, algorithm):
    path = write(tmp_path / "x.fits", stored("i2"), compression_type=algorithm)
    content, refused = path.read_bytes(), 0
    random = np.random.default_rng(2)
    begin = content.index(b"END".ljust(80), BLOCK) // BLOCK * BLOCK + BLOCK
    for _ in range(150):
        damaged = bytearray(content)
        for place in random.integers(begin, len(content), 20):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        try:
            assert read(path).shape == (50, 64)
        except PermanentError:
            refused += 1
    assert refused > 0


def test_a_tile_that_would_grow_beyond_its_bound_is_not_read(tmp_path):
    path = write(tmp_path / "x.fits", np.zeros((3, 600, 700), np.int32), compression_type="GZIP_1")
    bomb = gzip.compress(bytes(MAX_GZIP_TILE_BYTES * 4))
    header = fits.getheader(path, 1, disable_image_compression=True)
    table = header["NAXIS1"] * header["NAXIS2"]
    content = bytearray(path.read_bytes())
    begin = content.index(b"END".ljust(80), BLOCK) // BLOCK * BLOCK + BLOCK
    rows = np.frombuffer(content, ">i4", header["NAXIS2"] * 2, begin).reshape(-1, 2).copy()
    rows[0] = 2**31 - 1, 0
    content[begin : begin + rows.nbytes] = rows.tobytes()
    content = content[: begin + table] + bomb + bytes(MAX_GZIP_TILE_BYTES * 8)
    path.write_bytes(content + bytes(-len(content) % BLOCK))
    edit(path, PCOUNT=len(content) - begin - table)
    with pytest.raises(PermanentError, match=r"A tile has .* bytes; at most 4194304 are read"):
        read(path)
