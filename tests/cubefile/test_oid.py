"""The observation id: what a cube is called, wherever its file is."""

import pytest

from common.errors import PermanentError
from cubefile.cube import open_cube
from cubefile.identity import identify
from cubefile.telescopes import SST
from cubefile.telescopes.sst import sparse_list
from devtools.sample_cubes import write_cube
from tests.support.raw_fits import tiny_cube

SHAPE = (1, 1, 2, 4, 4)


def oid_of(path, oid: str | None = None) -> str:
    with open_cube(path.parent, path.name) as cube:
        return identify(cube, SST(), oid).oid


@pytest.fixture
def tiny(data_root):
    """Write the smallest cube with other cards and return its path."""

    def write(**changes: str | None):
        path = data_root / "cube.fits"
        path.write_bytes(tiny_cube(**changes))
        return path

    return write


def test_the_oid_joins_date_beg_filter1_and_the_scans_in_filename(place_cube, data_root):
    keywords = {"FILENAME": "nb_6173_2019-04-19T17:34:39_scans=0-4_stokes_corrected_export2021-05-28T15:08:12_im.fits"}
    assert oid_of(data_root / place_cube(keywords)) == "2019-04-19T17:34:55.50395_6173_0-4"


@pytest.mark.parametrize(
    ("filename", "scans"),
    [
        ("nb_6173_2019_scans=0-36,38,39_stokes_im.fits", "0-36,38,39"),
        ("nb_6173_2019_scans=7_corrected_im.fits", "7"),
        ("nb_6173_2019_scans=12", "12"),
        ("nb_6173_2019_scans=0-4.fits", "0-4"),
    ],
)
def test_the_scans_are_the_text_after_scans_up_to_the_next_underscore(tiny, filename, scans):
    assert oid_of(tiny(FILENAME=f"FILENAME= '{filename}'")) == f"2019-04-19T17:34:55.50395_6173_{scans}"


@pytest.mark.parametrize("filename", [None, "cube.fits", "nb_scans=_stokes.fits"])
def test_without_scans_in_filename_the_table_gives_the_scans(data_root, filename):
    path = write_cube(data_root / "cube.fits", shape=(5, 1, 2, 4, 4), keywords={"FILENAME": filename})
    assert oid_of(path) == "2019-04-19T17:34:55.50395_6173_0-4"


def test_one_scan_in_the_table_is_its_number(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE, keywords={"FILENAME": None, "SCANNUM": 99})
    assert oid_of(path) == "2019-04-19T17:34:55.50395_6173_0"


def test_without_that_table_scannum_gives_the_scan(data_root):
    keywords = {"FILENAME": None, "SCANNUM": 12}
    path = write_cube(data_root / "cube.fits", shape=SHAPE, keywords=keywords, without={"VAR-EXT-SCANNUM"})
    assert oid_of(path) == "2019-04-19T17:34:55.50395_6173_12"


def test_without_any_scans_the_error_names_the_places_to_give_them(tiny):
    with pytest.raises(PermanentError, match=r"FILENAME.*VAR-EXT-SCANNUM.*SCANNUM"):
        oid_of(tiny(FILENAME=None))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0], "0"),
        ([0, 1], "0,1"),
        ([0, 1, 2], "0-2"),
        ([*range(37), 38, 39], "0-36,38,39"),
        ([3, 5, 7, 8, 9, 11], "3,5,7-9,11"),
        ([], ""),
    ],
)
def test_a_sparse_list(numbers, expected):
    assert sparse_list(numbers) == expected


def test_an_oid_that_was_given_overrides_the_headers(place_cube, data_root):
    assert oid_of(data_root / place_cube(), "another") == "another"


def test_a_given_oid_needs_neither_line_nor_scans(tiny):
    assert oid_of(tiny(FILENAME=None, FILTER1=None), "another") == "another"


def test_the_oid_holds_date_beg_as_the_header_writes_it(tiny):
    assert oid_of(tiny(DATE_BEG="DATE-BEG= '2019-04-19T17:34:55'")) == "2019-04-19T17:34:55_6173_0-4"


def test_the_oid_leaves_out_the_comment_of_a_continue_card(place_cube, data_root):
    path = data_root / place_cube()
    assert b"DATE-BEG= '2019-04-19T17:34:55.50395&'" in path.read_bytes()
    assert oid_of(path).startswith("2019-04-19T17:34:55.50395_")


def test_a_line_written_as_a_number_gives_the_same_oid(tiny):
    assert oid_of(tiny(FILTER1="FILTER1 =                 6173")) == "2019-04-19T17:34:55.50395_6173_0-4"


@pytest.mark.parametrize("keyword", ["DATE-BEG", "FILTER1"])
@pytest.mark.parametrize("card", [None, "{}=", "{}= ''", "{}= '    '"])
def test_a_missing_required_keyword_is_named(tiny, keyword, card):
    changes = {keyword.replace("-", "_"): card and card.format(keyword.ljust(8))}
    with pytest.raises(PermanentError, match=f"no {keyword}"):
        oid_of(tiny(**changes))


def test_an_oid_that_is_too_long_is_refused(tiny):
    card = f"FILENAME= '_scans={'1' * 40}&'".ljust(80) + "".join(f"CONTINUE  '{'2' * 60}&'".ljust(80) for _ in range(4))
    with pytest.raises(PermanentError, match=r"OID has \d+ characters; at most 255"):
        oid_of(tiny(FILENAME=card))


def test_an_oid_with_control_characters_is_refused(tiny):
    with pytest.raises(PermanentError, match=r"OID .*control characters"):
        oid_of(tiny(FILENAME="FILENAME= '_scans=0\x1b[2J_'"))


@pytest.mark.parametrize(
    ("oid", "complaint"),
    [
        (".", "a URL reads as a folder"),
        ("..", "a URL reads as a folder"),
        ("a/header", "ends in “/header”"),
        ("a/svo", "ends in “/svo”"),
        ("a\u202eb", "other invisible characters"),
        ("a\u200bb", "other invisible characters"),
        ("a\x7f", "other invisible characters"),
    ],
)
def test_an_oid_that_cannot_be_part_of_a_url_is_refused(tiny, oid, complaint):
    with pytest.raises(PermanentError, match=f"The OID .*{complaint}"):
        oid_of(tiny(), oid)


@pytest.mark.parametrize("ending", ["/header", "/svo"])
def test_such_an_oid_from_the_header_is_refused_too(tiny, ending):
    with pytest.raises(PermanentError, match=f"The OID ends in “{ending}”"):
        oid_of(tiny(FILENAME=f"FILENAME= '_scans=0{ending}_'"))


@pytest.mark.parametrize("oid", ["...", "a/..", "header", "svo", "a/header/b", "aheader", "Å ☃"])
def test_an_oid_that_only_resembles_those_is_accepted(tiny, oid):
    assert oid_of(tiny(), oid) == oid


def test_a_table_whose_scans_are_not_numbers_is_refused(data_root):
    path = write_cube(data_root / "cube.fits", shape=SHAPE, keywords={"FILENAME": None})
    content = path.read_bytes()
    start = content.index(b"'SCANNUM '")
    path.write_bytes(content[:start] + content[start:].replace(b"TFORM1  = 'I       '", b"TFORM1  = '2A      '", 1))
    assert path.read_bytes() != content
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM"):
        oid_of(path)
