"""Headers and the size of the data are read from untrusted bytes: what works, and each refusal."""

import os

import pytest

from common.errors import PermanentError, TransientError
from cubefile.cube import CubeFile, open_cube
from cubefile.hdu import FileCutShort
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header, tiny_cube

pytestmark = pytest.mark.usefixtures("nobody_writes")


def primary_of(data_root, content: bytes):
    (data_root / "cube.fits").write_bytes(content)
    with open_cube(data_root, "cube.fits") as cube:
        return cube.primary


def extensions_of(data_root, content: bytes):
    (data_root / "cube.fits").write_bytes(content)
    with open_cube(data_root, "cube.fits") as cube:
        return cube.extensions


TABLE = (
    "XTENSION= 'BINTABLE'",
    "BITPIX  =                    8",
    "NAXIS   =                    2",
    "NAXIS1  =                   10",
    "NAXIS2  =                    1",
    "PCOUNT  =                    0",
    "GCOUNT  =                    1",
    "EXTNAME = 'VAR-EXT-SCANNUM'",
)


def test_a_header_and_the_place_of_its_data_are_read(data_root):
    hdu = primary_of(data_root, tiny_cube())
    assert hdu.header_bytes == raw_header(*TINY_CUBE)
    assert (hdu.data_offset, hdu.data_size, hdu.shape) == (2880, 24, (3, 4))
    assert hdu.header["INSTRUME"] == "CRISP"
    assert (hdu.checksum, hdu.datasum) == (None, None)


def test_the_data_need_not_be_padded(data_root):
    assert primary_of(data_root, raw_header(*TINY_CUBE) + TINY_DATA).data_size == 24


def test_a_header_of_many_blocks_is_read_whole(data_root):
    cards = [*TINY_CUBE, *(f"N{number:<7}= {number}" for number in range(2000))]
    hdu = primary_of(data_root, raw_header(*cards) + padded(TINY_DATA))
    assert hdu.header["N1999"] == 1999
    assert hdu.data_offset == len(hdu.header_bytes) == 56 * 2880


def test_integers_are_read_wherever_they_stand_in_their_card(data_root):
    hdu = primary_of(data_root, tiny_cube(BITPIX="BITPIX  = 16 / bits", NAXIS1="NAXIS1  =       +4"))
    assert hdu.data_size == 24


def test_end_inside_a_value_or_out_of_place_does_not_end_the_header(data_root):
    cards = [*TINY_CUBE, "COMMENT END", "ENDING  = 'END'", f"{'COMMENT':78}END"]
    hdu = primary_of(data_root, raw_header(*cards) + padded(TINY_DATA))
    assert hdu.header["ENDING"] == "END"


def test_cards_after_end_are_not_read(data_root):
    header = raw_header(*TINY_CUBE, "END", "BZERO   = 1", "PCOUNT  = 1000000", end=False)
    assert primary_of(data_root, header + padded(TINY_DATA)).data_size == 24


def test_bytes_that_are_not_ascii_are_kept(data_root):
    cards = ("OBSERVER= 'Åke Öhman'", "TELESCOP= 'SST' / på La Palma")
    hdu = primary_of(data_root, raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    assert all(card.encode("latin-1") in hdu.header_bytes for card in cards)
    assert hdu.header["TELESCOP"] == "SST"


def test_a_cube_without_data_has_no_shape(data_root):
    hdu = primary_of(data_root, tiny_cube(NAXIS="NAXIS   = 0", NAXIS1=None, NAXIS2=None))
    assert (hdu.data_size, hdu.shape) == (0, ())


def test_extensions_are_found_by_name(data_root):
    content = tiny_cube() + raw_header(*TABLE) + padded(bytes(10)) + raw_header(*TABLE[:-1], "EXTNAME = 'WCS-TAB '")
    found = extensions_of(data_root, content + padded(bytes(10)))
    assert list(found) == ["VAR-EXT-SCANNUM", "WCS-TAB"]
    assert found["VAR-EXT-SCANNUM"].data_offset == 3 * 2880
    assert found["WCS-TAB"].data_offset == 5 * 2880


def test_a_heap_counts_as_data(data_root):
    cards = [card if not card.startswith("PCOUNT") else "PCOUNT  = 3000" for card in TABLE]
    content = tiny_cube() + raw_header(*cards) + padded(bytes(3010)) + raw_header(*TABLE[:-1]) + padded(bytes(10))
    assert [(hdu.name, hdu.data_size) for hdu in extensions_of(data_root, content).values()] == [
        ("VAR-EXT-SCANNUM", 3010),
        ("", 10),
    ]


def test_special_records_after_the_last_hdu_are_ignored(data_root):
    assert extensions_of(data_root, tiny_cube() + padded(b"What follows is no extension.")) == {}
    assert extensions_of(data_root, tiny_cube() + b"some bytes") == {}


def test_an_empty_file_is_refused(data_root):
    with pytest.raises(FileCutShort, match=r"^The file is empty\.$"):
        primary_of(data_root, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"This is a text file.\n",
        b"This is a text file.\n" * 1000,
        b"\x89PNG\r\n\x1a\n" + bytes(5000),
        bytes(10_000),
        raw_header(*TABLE) + padded(bytes(10)),
        b" " + tiny_cube(),
        tiny_cube(SIMPLE="SIMPLEX =                    T"),
    ],
    ids=["short text", "text", "image", "zeros", "extension", "shifted", "other keyword"],
)
def test_a_file_that_is_not_fits_is_refused(data_root, content):
    with pytest.raises(PermanentError, match="not a FITS file") as refused:
        primary_of(data_root, content)
    assert not isinstance(refused.value, FileCutShort)


@pytest.mark.parametrize("size", [1, 5, 79, 80, 2879])
def test_a_file_cut_in_its_first_block_is_refused(data_root, size):
    with pytest.raises(FileCutShort, match="cut short"):
        primary_of(data_root, tiny_cube()[:size])


@pytest.mark.parametrize(("size", "missing"), [(2880, 2880), (4000, 1760), (5759, 1)])
def test_a_cut_header_is_refused_with_the_bytes_missing(data_root, size, missing):
    header = raw_header(*TINY_CUBE, *["COMMENT some more"] * 36)
    assert len(header) == 2 * 2880
    with pytest.raises(
        FileCutShort, match=f"cut short: at least {missing} bytes are missing at byte {size}, before the END"
    ) as refused:
        primary_of(data_root, header[:size])
    assert str(refused.value).count(". ") == 0


@pytest.mark.parametrize("missing", [1, 23, 24])
def test_cut_data_are_refused_with_the_number_of_bytes_missing(data_root, missing):
    content = raw_header(*TINY_CUBE) + TINY_DATA
    with pytest.raises(FileCutShort, match=f"primary HDU lacks {missing} of the 24 bytes"):
        primary_of(data_root, content[:-missing])


def test_cut_data_of_an_extension_are_refused(data_root):
    with pytest.raises(FileCutShort, match="extension “VAR-EXT-SCANNUM” lacks 3 of the 10 bytes"):
        extensions_of(data_root, tiny_cube() + raw_header(*TABLE) + bytes(7))


@pytest.mark.parametrize("size", [1, 8, 9, 100, 2879])
def test_a_cut_header_of_an_extension_is_refused(data_root, size):
    with pytest.raises(FileCutShort, match="cut short"):
        extensions_of(data_root, tiny_cube() + raw_header(*TABLE)[:size])


def test_a_header_without_end_is_refused(data_root):
    with pytest.raises(PermanentError, match="no END"):
        primary_of(data_root, raw_header(*TINY_CUBE, end=False) + b" " * 2880 * 1000)


def test_a_header_without_end_before_binary_data_is_refused(data_root):
    with pytest.raises(PermanentError, match=r"NUL byte at byte 2880.*no END card before"):
        primary_of(data_root, raw_header(*TINY_CUBE, end=False) + bytes(2880))


def test_a_header_beyond_the_bound_is_refused(data_root):
    comments = ["COMMENT x"] * (36_000 - len(TINY_CUBE) - 1)
    assert primary_of(data_root, raw_header(*TINY_CUBE, *comments) + padded(TINY_DATA)).data_size == 24
    with pytest.raises(PermanentError, match="no END card within 2880000 bytes"):
        primary_of(data_root, raw_header(*TINY_CUBE, *comments, "COMMENT x") + padded(TINY_DATA))


def test_nul_in_a_header_is_refused(data_root):
    with pytest.raises(PermanentError, match="NUL byte"):
        primary_of(data_root, raw_header(*TINY_CUBE, "COMMENT a\0b") + padded(TINY_DATA))


def test_nul_in_the_padding_after_end_is_accepted(data_root):
    header = raw_header(*TINY_CUBE)
    end = header.index(b"END ")
    nul = header[: end + 3] + bytes(len(header) - end - 3)
    assert primary_of(data_root, nul + padded(TINY_DATA)).header.get("NAXIS1") == 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"BITPIX": None}, "BITPIX is missing"),
        ({"BITPIX": "BITPIX  = 12"}, "BITPIX is 12; it must be one of 8, 16, 32, 64, -32, -64"),
        ({"BITPIX": "BITPIX  = 0"}, "BITPIX is 0"),
        ({"BITPIX": "BITPIX  = '16'"}, "BITPIX is “16”, not an integer"),
        ({"BITPIX": "BITPIX  = 16.5"}, "BITPIX is “16.5”, not an integer"),
        ({"BITPIX": "BITPIX  = T"}, "BITPIX is “True”, not an integer"),
        ({"BITPIX": "BITPIX  ="}, "BITPIX is missing"),
        ({"BITPIX": "BITPIX  = sixteen"}, "BITPIX is “sixteen”, not an integer"),
        ({"NAXIS": None}, "NAXIS is missing"),
        ({"NAXIS": "NAXIS   = -1"}, "NAXIS is -1; it must be from 0 to 999"),
        ({"NAXIS": "NAXIS   = 1000"}, "NAXIS is 1000"),
        ({"NAXIS": "NAXIS   = 99999999999999999999999"}, "NAXIS is 99999999999999999999999"),
        ({"NAXIS": "NAXIS   = 999"}, "NAXIS3 is missing"),
        ({"NAXIS": "NAXIS   = 3"}, "NAXIS3 is missing"),
        ({"NAXIS2": "NAXIS2  = -3"}, "NAXIS2 is -3; it cannot be negative"),
        ({"NAXIS1": "NAXIS1  = 1E3"}, "NAXIS1 is “1000.0”, not an integer"),
        ({"PCOUNT": "PCOUNT  = -24"}, "PCOUNT is -24; it cannot be negative"),
        ({"GCOUNT": "GCOUNT  = 2"}, "GCOUNT is 2"),
        ({"GCOUNT": "GCOUNT  = 0"}, "GCOUNT is 0"),
        ({"NAXIS1": f"NAXIS1  = {10**60}"}, "NAXIS1 to NAXIS2 .* more bytes than a file"),
        ({"NAXIS1": "NAXIS1  = 4000000000000"}, "primary HDU lacks 23999999997120 of the 24000000000000 bytes"),
    ],
    ids=str,
)
def test_it_refuses(data_root, changes, reason):
    with pytest.raises(PermanentError, match=reason) as refused:
        primary_of(data_root, tiny_cube(**changes))
    assert len(str(refused.value)) < 200


def test_999_axes_of_absurd_length_are_refused_in_a_short_sentence(data_root):
    axes = [f"NAXIS{n:<3}= {10**60}" for n in range(1, 1000)]
    header = raw_header(TINY_CUBE[0], TINY_CUBE[1], "NAXIS   = 999", *axes, *TINY_CUBE[5:])
    with pytest.raises(PermanentError, match=r"NAXIS1 to NAXIS999 .* more bytes than a file") as refused:
        primary_of(data_root, header)
    assert len(str(refused.value)) < 200


def test_999_axes_of_length_one_are_read(data_root):
    axes = [f"NAXIS{n:<3}= 1" for n in range(1, 1000)]
    header = raw_header(TINY_CUBE[0], TINY_CUBE[1], "NAXIS   = 999", *axes, *TINY_CUBE[5:])
    assert primary_of(data_root, header + padded(bytes(2))).shape == (1,) * 999


def test_a_wrong_extension_is_refused_by_its_keyword(data_root):
    cards = [card if not card.startswith("NAXIS1") else "NAXIS1  = -10" for card in TABLE]
    with pytest.raises(PermanentError, match="NAXIS1 is -10"):
        extensions_of(data_root, tiny_cube() + raw_header(*cards) + padded(bytes(10)))


def test_many_long_headers_of_extensions_are_refused_before_they_fill_the_memory(data_root):
    header = raw_header(*TABLE[:4], "NAXIS2  = 0", *TABLE[5:], *["COMMENT x"] * 30_000)
    with (data_root / "cube.fits").open("wb") as file:
        file.write(tiny_cube())
        for _ in range(20):
            file.write(header)
    with (
        open_cube(data_root, "cube.fits") as cube,
        pytest.raises(PermanentError, match="The headers of the file"),
    ):
        _ = cube.extensions


def test_an_error_of_the_storage_is_transient(data_root, monkeypatch):
    def fail(descriptor: int, size: int, offset: int) -> bytes:
        raise OSError(5, "Input/output error")

    (data_root / "cube.fits").write_bytes(tiny_cube())
    with open_cube(data_root, "cube.fits") as cube:
        monkeypatch.setattr("cubefile.hdu.os.pread", fail)
        with pytest.raises(TransientError, match="cannot be read at byte 0: Input/output error"):
            _ = cube.primary


def test_reads_that_return_less_than_asked_are_continued(data_root, monkeypatch):
    really_read = os.pread
    monkeypatch.setattr("cubefile.hdu.os.pread", lambda fd, size, at: really_read(fd, min(size, 7), at))
    assert primary_of(data_root, tiny_cube()).shape == (3, 4)


def test_a_cube_file_cannot_be_read_once_it_is_closed(data_root):
    (data_root / "cube.fits").write_bytes(tiny_cube())
    with open_cube(data_root, "cube.fits") as cube:
        pass
    # The system gives the number of the closed descriptor to the next file that is opened.
    with (data_root / "other.fits").open("wb+") as other:
        other.write(tiny_cube(INSTRUME="INSTRUME= 'OTHER'"))
        other.flush()
        assert isinstance(cube, CubeFile)
        with pytest.raises(TransientError, match="Bad file descriptor"):
            _ = cube.primary
