"""Where the primary HDU is empty, the cube is the one image in an extension that has its keywords."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from common.errors import PermanentError
from cubefile.cube import open_cube
from previews.frames import frame_shape, read_frame

KEYWORDS = {"DATE-BEG": "2022-06-02T17:22:50", "INSTRUME": "VISP"}
IMAGE = np.arange(60, dtype=np.float32).reshape(3, 4, 5)


def image(name: str = "", keywords: dict[str, object] | None = None, kind: type = fits.ImageHDU):
    hdu = kind(IMAGE)
    hdu.header.update(({"EXTNAME": name} if name else {}) | (keywords or {}))
    return hdu


def table(name: str) -> fits.BinTableHDU:
    return fits.BinTableHDU(np.zeros(1, dtype=[("A", "f4")]), name=name)


def write(path: Path, extensions: Sequence[object], keywords: dict[str, object] | None = None) -> Path:
    primary = fits.PrimaryHDU()
    primary.header.update(keywords or {})
    fits.HDUList([primary, *extensions]).writeto(path, checksum=True, overwrite=True)
    return path


@pytest.mark.parametrize("kind", [fits.ImageHDU, fits.CompImageHDU])
def test_the_image_with_a_cubes_keywords_is_the_cube(tmp_path, kind):
    path = write(tmp_path / "x.fits", [table("A"), image("MASK"), image("SCI", KEYWORDS, kind), table("B")])
    with open_cube(tmp_path, path.name) as cube:
        cube.check_whole()
        assert (cube.image.shape, cube.image.bitpix, cube.checksum_status) == ((3, 4, 5), -32, "verified")
        assert cube.checksum == fits.getheader(path, 3, disable_image_compression=True)["CHECKSUM"]
        np.testing.assert_array_equal(read_frame(cube, (1,)), fits.getdata(path, 3)[1])
        read = fits.Header.fromstring(cube.image.header_bytes)
    expected = fits.getheader(path, 3)
    ignored = [] if kind is fits.ImageHDU else ["CHECKSUM", "DATASUM"]
    difference = fits.HeaderDiff(read, expected, ignore_keywords=ignored, ignore_comments=["*"])
    assert difference.identical, difference.report()


def test_a_primary_hdu_with_data_is_the_cube_and_extensions_are_not_read(tmp_path):
    hdus = [fits.PrimaryHDU(IMAGE), image("SCI", KEYWORDS)]
    fits.HDUList(hdus).writeto(tmp_path / "x.fits")
    with open_cube(tmp_path, "x.fits") as cube:
        assert cube.image.hdu is cube.primary
        assert "_all_extensions" not in vars(cube)


@pytest.mark.parametrize(
    ("extensions", "sentence"),
    [
        ([image("SCI")], "The primary HDU is empty; extension 1 (“SCI”) holds an image. .* none of these has them."),
        (
            [image("SCI", KEYWORDS), table("A"), image("", KEYWORDS)],
            "extensions 1 (“SCI”), 3 hold images. A cube is the only image with DATE-BEG and INSTRUME in its header, "
            "and 2 of these have them.",
        ),
        ([image(f"N{n}") for n in range(7)], "extensions 1 (“N0”), .*, 5 (“N4”) and 2 more hold images"),
    ],
)
def test_if_the_cube_is_ambiguous_the_error_lists_the_images(tmp_path, extensions, sentence):
    sentence = sentence.replace("(", r"\(").replace(")", r"\)")
    path = write(tmp_path / "x.fits", extensions)
    with open_cube(tmp_path, path.name) as cube, pytest.raises(PermanentError, match=sentence):
        _ = cube.image
    # A cube without pictures, whose keywords are those of the primary header.
    path = write(tmp_path / "y.fits", extensions, KEYWORDS)
    with open_cube(tmp_path, path.name) as cube:
        assert cube.image.header.get("INSTRUME") == "VISP"
        with pytest.raises(PermanentError, match=sentence):
            frame_shape(cube.image)


def test_a_file_without_any_image_has_the_primary_header(tmp_path):
    path = write(tmp_path / "x.fits", [table("A")], KEYWORDS)
    with open_cube(tmp_path, path.name) as cube:
        assert (cube.image.hdu, cube.image.shape) == (cube.primary, ())


def test_the_digest_tells_files_apart_that_share_the_empty_primary_hdu(tmp_path):
    digests = set()
    for instrument in ("VISP", "VBI"):
        path = write(tmp_path / "x.fits", [image("SCI", KEYWORDS | {"INSTRUME": instrument})])
        with open_cube(tmp_path, path.name) as cube:
            digests.add(cube.header_digest)
    assert len(digests) == 2


def test_the_name_of_an_extension_is_found_in_small_letters_too(tmp_path):
    column = fits.Column("SCANNUM", "3J", array=[[1, 2, 3]])
    named = fits.BinTableHDU.from_columns([column])
    named.header["EXTNAME"] = "Var-Ext-Scannum"
    path = write(tmp_path / "x.fits", [named], KEYWORDS)
    with open_cube(tmp_path, path.name) as cube:
        assert cube.table_column("VAR-EXT-SCANNUM", "SCANNUM").tolist() == [1, 2, 3]
