"""CHECKSUM is checked against the header and DATASUM, without the data."""

import pytest

from cubefile.cube import open_cube
from devtools.fits_bytes import sealed
from devtools.sample_cubes import AWKWARD_CARDS, edit_keyword, write_cube, write_sparse_cube
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header

SHAPE = (1, 1, 2, 4, 4)


def status_of(path) -> tuple[str, str | None]:
    with open_cube(path.parent, path.name) as cube:
        return cube.checksum_status, cube.checksum


def test_a_valid_checksum_is_verified(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE)
    status, checksum = status_of(path)
    assert status == "verified"
    assert len(checksum) == 16


@pytest.mark.parametrize("bitpix", [-32, 16])
@pytest.mark.parametrize("seed", range(3))
def test_it_holds_for_all_kinds_of_data(data_root, bitpix, seed):
    assert status_of(write_cube(data_root / "cube.fits", shape=SHAPE, bitpix=bitpix, seed=seed))[0] == "verified"


def test_bytes_beyond_ascii_count_too(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE, extra_cards=AWKWARD_CARDS)
    assert status_of(path)[0] == "verified"


def test_data_of_zeros_have_the_datasum_zero(data_root):
    path = write_sparse_cube(data_root / "cube.fits", size_bytes=300_000)
    assert status_of(path)[0] == "verified"


def test_a_header_that_was_edited_properly_is_verified_with_another_checksum(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE)
    before = status_of(path)
    edit_keyword(path, "FEATURES", "Pore")
    after = status_of(path)
    assert after[0] == "verified"
    assert after[1] != before[1]


@pytest.mark.parametrize(
    ("keyword", "value"), [("FEATURES", "Pore"), ("SCANNUM", 1), ("OBSERVER", None), ("DATASUM", "12345")]
)
def test_a_header_that_was_edited_without_a_new_checksum_is_a_mismatch(data_root, keyword, value):
    path = write_cube(data_root / "cube.fits", shape=SHAPE)
    checksum = status_of(path)[1]
    edit_keyword(path, keyword, value, checksum=False)
    assert status_of(path) == ("mismatch", checksum)


@pytest.mark.parametrize("value", [None, "", "0" * 16])
def test_without_a_checksum_it_is_absent(data_root, value):
    path = write_cube(data_root / "cube.fits", shape=SHAPE, keywords={"CHECKSUM": value})
    assert status_of(path) == ("absent", None)


@pytest.mark.parametrize("value", [None, "", "12a45", "-1", "4294967296", "99999999999999999999", "²", "1.5"])
def test_a_checksum_without_a_usable_datasum_proves_nothing(data_root, value):
    cards = [*TINY_CUBE, "CHECKSUM= 'jH7AjH61jH68jH68'"]
    if value is not None:
        cards.append(f"DATASUM = '{value}'")
    path = data_root / "cube.fits"
    path.write_bytes(raw_header(*cards) + padded(TINY_DATA))
    assert status_of(path)[0] == "mismatch"


def test_data_that_do_not_match_are_not_read_and_not_noticed(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE)
    with path.open("r+b") as file:
        file.seek(9 * 2880)
        file.write(b"\1\2\3\4")
    assert status_of(path)[0] == "verified"


@pytest.mark.parametrize("form", ["'{:>10}'", "'{:<10}'", "{:>20}"], ids=["as CFITSIO", "blanks after", "a number"])
def test_a_datasum_may_have_blanks_or_be_a_number(data_root, form):
    path = write_cube(data_root / "cube.fits", shape=SHAPE)
    with open_cube(data_root, path.name) as cube:
        header, datasum = cube.primary.header_bytes, cube.primary.datasum
    start = header.index(b"DATASUM =")
    card = f"DATASUM = {form.format(int(datasum))}".encode().ljust(80)
    edited = sealed(header[:start] + card + header[start + 80 :], int(datasum))
    path.write_bytes(edited + path.read_bytes()[len(header) :])
    assert status_of(path)[0] == "verified"
