"""Binary tables are read whole and within bounds."""

import numpy as np
import pytest
from astropy.io import fits

from common.errors import PermanentError
from cubefile.cube import open_cube
from tests.support.raw_fits import padded, raw_header, tiny_cube

TABLE = (
    "XTENSION= 'BINTABLE'",
    "BITPIX  =                    8",
    "NAXIS   =                    2",
    "NAXIS1  =                   12",
    "NAXIS2  =                    1",
    "PCOUNT  =                    0",
    "GCOUNT  =                    1",
    "TFIELDS =                    1",
    "TTYPE1  = 'SCANNUM '",
    "TFORM1  = '6I      '",
    "TDIM1   = '(1,1,1,2,3)'",
    "EXTNAME = 'VAR-EXT-SCANNUM'",
)
DATA = np.arange(6, dtype=">i2").tobytes()


def table_file(data_root, *, data: bytes = DATA, more: tuple[str, ...] = (), **changes: str | None) -> None:
    wanted = {name.ljust(8): card for name, card in changes.items()}
    cards = [wanted.pop(card[:8], card) for card in TABLE]
    cards = [card for card in [*cards, *wanted.values(), *more] if card is not None]
    (data_root / "cube.fits").write_bytes(tiny_cube() + raw_header(*cards) + padded(data))


def column(data_root) -> np.ndarray | None:
    with open_cube(data_root, "cube.fits") as cube:
        return cube.table_column("VAR-EXT-SCANNUM", "SCANNUM")


def test_a_column_has_the_shape_of_tdim(data_root):
    table_file(data_root)
    assert column(data_root).tolist() == [[[[[0]]], [[[1]]]], [[[[2]]], [[[3]]]], [[[[4]]], [[[5]]]]]


def test_it_reads_what_astropy_reads(place_cube, data_root):
    path = place_cube()
    with open_cube(data_root, path) as cube, fits.open(data_root / path) as hdus:
        assert len(hdus) > 30
        for hdu in hdus[1:]:
            ours = cube.table(hdu.name)
            assert ours.names == hdu.data.names
            for name in ours.names:
                np.testing.assert_array_equal(ours[name], hdu.data[name])


def test_the_last_table_need_not_be_padded(data_root):
    (data_root / "cube.fits").write_bytes(tiny_cube() + raw_header(*TABLE) + DATA)
    assert column(data_root).size == 6


def test_a_missing_table_is_none(data_root):
    (data_root / "cube.fits").write_bytes(tiny_cube())
    assert column(data_root) is None


def test_a_missing_column_is_none(data_root):
    table_file(data_root, TTYPE1="TTYPE1  = 'OTHER'")
    assert column(data_root) is None


def test_a_table_without_exactly_one_row_is_refused(data_root):
    table_file(data_root, data=b"", NAXIS2="NAXIS2  = 0")
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM has 0 rows; one was expected"):
        column(data_root)
    table_file(data_root, data=DATA * 2, NAXIS2="NAXIS2  = 2")
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM has 2 rows; one was expected"):
        column(data_root)


@pytest.mark.parametrize(
    "changes",
    [
        {"XTENSION": "XTENSION= 'IMAGE   '"},
        {"XTENSION": "XTENSION= 'FOREIGN '"},
        {"TDIM1": "TDIM1   = '(99,99,99,99)'"},
        {"TDIM1": "TDIM1   = '(4294967296,4294967296)'"},
        {"TDIM1": "TDIM1   = '(-1,-6)'"},
        {"TFORM1": "TFORM1  = '999999999999I'"},
        {"TFORM1": "TFORM1  = 'nonsense'"},
        {"TFORM1": "TFORM1  = '1PI(999999999)'"},
        {"TFORM1": None},
        {"TFIELDS": "TFIELDS = 999"},
        {"TFIELDS": "TFIELDS = 'many'"},
        {"NAXIS1": "NAXIS1  = 4", "NAXIS2": "NAXIS2  = 3"},
        {"NAXIS": "NAXIS   = 1", "NAXIS2": None},
        {"TSCAL1": "TSCAL1  = 'two'"},
        {"TNULL1": "TNULL1  = 'none'"},
        {"TSCAL1": "TSCAL1  = (1, 2)"},
        {"TTYPE1": "TTYPE1  = 'SCANNÜM'"},
        {"THEAP": "THEAP   = 'far'"},
        {"PCOUNT": None},
        {"BITPIX": "BITPIX  = 16"},
    ],
    ids=str,
)
def test_a_damaged_table_is_read_or_refused_by_its_name(data_root, changes):
    table_file(data_root, **changes)
    try:
        found = column(data_root)
    except PermanentError as refused:
        found, message = None, str(refused)
    else:
        message = "VAR-EXT-SCANNUM"
    assert found is None or found.size <= 96
    assert "VAR-EXT-SCANNUM" in message
    assert "\n" not in message


def test_a_table_of_rows_without_bytes_is_refused(data_root):
    changes = {"NAXIS1": "NAXIS1  = 0", "NAXIS2": "NAXIS2  = 4000000000000", "TFORM1": "TFORM1  = '0A'", "TDIM1": None}
    table_file(data_root, PCOUNT="PCOUNT  = 12", **changes)
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM has 4000000000000 rows; one was expected"):
        column(data_root)


def test_scaled_values_are_those_that_astropy_reads(data_root):
    scale = {"TSCAL1": "TSCAL1  = -1.2345678901234567D-100", "TZERO1": "TZERO1  = 0.1"}
    table_file(data_root, **scale, more=("TUNIT1  = 'm/s''s'", "TNULL1  = 3", "TDISP1  = 'I6'"))
    with open_cube(data_root, "cube.fits") as cube, fits.open(data_root / "cube.fits") as hdus:
        ours, theirs = cube.table("VAR-EXT-SCANNUM"), hdus[1].data
        np.testing.assert_array_equal(ours["SCANNUM"], theirs["SCANNUM"])
        assert ours.columns.units == theirs.columns.units == ["m/s's"]


def test_columns_of_variable_length_are_read_from_the_heap(data_root):
    changes = {"NAXIS1": "NAXIS1  = 8", "PCOUNT": "PCOUNT  = 20", "TFORM1": "TFORM1  = '1PI(6)'", "TDIM1": None}
    table_file(data_root, data=np.array([6, 0], ">i4").tobytes() + bytes(8) + DATA, THEAP="THEAP   = 16", **changes)
    assert column(data_root).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_table_with_as_many_columns_as_the_standard_allows_is_read(data_root):
    more = [card for n in range(2, 1000) for card in (f"TTYPE{n:<3}= 'C{n}'", f"TFORM{n:<3}= '0I'")]
    table_file(data_root, TFIELDS="TFIELDS = 999", more=tuple(more))
    assert column(data_root).size == 6


@pytest.mark.parametrize("keyword", ["TTYPE1", "TFORM1", "TUNIT1", "TDIM1"])
def test_a_text_over_several_cards_is_refused_at_once(data_root, keyword):
    text = f"{keyword:8}= 'x&'".ljust(80) + ("CONTINUE  '" + " " * 66 + "&'").ljust(80) * 400 + "CONTINUE  'x'"
    table_file(data_root, **{keyword: text})
    with pytest.raises(PermanentError, match=f"{keyword} of the extension VAR-EXT-SCANNUM is “x  .*…”"):
        column(data_root)


def test_keywords_that_do_not_describe_the_table_are_not_read(data_root):
    text = "AUTHOR  = 'x&'".ljust(80) + ("CONTINUE  '" + " " * 66 + "&'").ljust(80) * 3000
    table_file(data_root, AUTHOR=text)
    assert column(data_root).size == 6


def test_a_table_larger_than_the_bound_is_not_read(data_root):
    table_file(data_root, NAXIS1="NAXIS1  = 100000000", TFORM1="TFORM1  = '50000000I'", TDIM1=None)
    with (data_root / "cube.fits").open("r+b") as file:
        file.truncate(200_000_000)
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM has 100000000 bytes; at most"):
        column(data_root)
