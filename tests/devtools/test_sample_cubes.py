"""The sample cubes are what they claim to be, in the judgement of astropy.

Every test of the archive stands on these files, so each fact of the real ones that the archive relies on is
checked here once.
"""

import json
import subprocess
import sys
import warnings
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from devtools import solar_patch
from devtools.fits_bytes import BLOCK, CARD, byte_sum
from devtools.sample_cubes import (
    AWKWARD_CARDS,
    cube_filename,
    edit_keyword,
    many_cubes,
    write_cube,
    write_sparse_cube,
)

ALL_ONES = 0xFFFFFFFF


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> Path:
    return write_cube(tmp_path_factory.mktemp("cubes") / cube_filename(), shape=(3, 4, 7, 30, 32))


def open_strictly(path: Path) -> fits.HDUList:
    """Open with all checksums verified and every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hdus = fits.open(path, checksum=True)
        hdus.verify("exception")
    for hdu in hdus:
        assert "CHECKSUM" in hdu.header
        assert "DATASUM" in hdu.header
    return hdus


def raw_header(path: Path) -> bytes:
    with path.open("rb") as file, fits.open(path) as hdus:
        return file.read(hdus[0].fileinfo()["datLoc"])


def raw_cards(path: Path) -> list[str]:
    header = raw_header(path).decode("latin-1")
    cards = [header[i : i + CARD] for i in range(0, len(header), CARD)]
    return cards[: cards.index("END".ljust(CARD))]


def sum_from_header(path: Path) -> int:
    return byte_sum(raw_header(path), int(fits.getval(path, "DATASUM")))


def test_every_checksum_of_a_cube_is_valid(cube):
    with open_strictly(cube) as hdus:
        assert len(hdus) == 32


@pytest.mark.parametrize("bitpix", [-32, 16])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1, 1), (1, 1, 2, 5, 3), (1, 4, 3, 4, 4), (2, 1, 1, 9, 2)])
def test_small_and_odd_shapes_are_valid_too(tmp_path, shape, bitpix):
    with open_strictly(write_cube(tmp_path / "cube.fits", shape=shape, bitpix=bitpix)) as hdus:
        assert hdus[0].shape == shape
        assert hdus[0].header["BITPIX"] == bitpix


def test_a_header_and_datasum_alone_sum_to_all_ones(cube):
    assert sum_from_header(cube) == ALL_ONES


def test_the_header_has_the_size_of_a_real_one(cube):
    cards = raw_cards(cube)
    assert 310 <= len(cards) <= 323
    assert 70 <= Counter(card[:8] for card in cards)["CONTINUE"] <= 80
    assert len(raw_header(cube)) == 9 * BLOCK


def test_the_header_survives_a_round_trip_through_astropy(cube):
    text = raw_header(cube).decode("ascii")
    assert fits.Header.fromstring(text).tostring() == text


def test_the_header_has_cards_that_break_naive_readers(cube):
    cards = raw_cards(cube)
    header = fits.getheader(cube)
    assert header["DW3.AXIS.1"] == 1.0
    assert isinstance(header.cards["REQUESTR"].value, fits.card.Undefined)
    assert "Union's" in header["ACKNOWL"]
    assert any("Union''s" in card for card in cards)
    assert any(card.startswith("INSTRUME= 'CRISP   '") for card in cards)
    assert any(card.strip() == "" for card in cards[:-1])
    assert len(header["COMMENT"]) > 1
    assert len(header["HISTORY"]) > 1
    assert 900 < len(header["PRPARA1"]) <= 1000
    assert json.loads(header["PRPARA1"])["SCANNOS"] == [0, 1, 2]
    begin = next(i for i, card in enumerate(cards) if card.startswith("DATE-BEG"))
    assert cards[begin].startswith("DATE-BEG= '2019-04-19T17:34:55.50395&'")
    assert cards[begin + 1].startswith("CONTINUE  ''")


def test_the_header_has_the_keywords_that_matter(cube):
    header = fits.getheader(cube)
    expected = {
        "NAXIS": 5,
        "INSTRUME": "CRISP",
        "DATE-BEG": "2019-04-19T17:34:55.50395",
        "DATEREF": "2019-04-19T00:00:00.000000",
        "FILTER1": "6173",
        "WAVEMIN": 617.155,
        "WAVEMAX": 617.605,
        "FILENAME": cube.name,
        "SCANNUM": 0,
        "RELEASE": "2020-08-05",
        "FEATURES": "Sunspot,Pore",
        "EVENTS": "MISSING",
        "CTYPE1": "HPLN-TAB",
        "CTYPE2": "HPLT-TAB",
        "CTYPE3": "WAVE-TAB",
        "CTYPE4": "STOKES",
        "CTYPE5": "UTC--TAB",
        "PS5_1": "HPLN+HPLT+WAVE+TIME",
    }
    assert {key: header[key] for key in expected} == expected
    assert header["DATE-BEG"] < header["DATE-AVG"] < header["DATE-END"]
    assert "POINT_ID" not in header


def test_the_file_name_is_that_of_the_pipeline():
    assert cube_filename() == (
        "nb_6173_2019-04-19T17:34:39_scans=0-4_stokes_corrected_export2021-05-28T15:08:12_im.fits"
    )
    assert cube_filename(line="6563", scans="7", polarimetry=False).startswith(
        "nb_6563_2019-04-19T17:34:39_scans=7_corrected_export"
    )


def test_tables_have_one_row_of_arrays_with_the_real_dimensions(cube):
    dimensions = {
        "WCS-TAB": "(4,2,2,7,3)",
        "VAR-EXT-DATE-BEG": "(26,1,1,7,1,3)",
        "VAR-EXT-DATE-END": "(26,1,1,7,1,3)",
        "VAR-EXT-SCANNUM": "(1,1,1,1,3)",
        "VAR-EXT-DATAMEDN": "(1,1,7,4,3)",
    }
    with fits.open(cube) as hdus:
        assert {name: hdus[name].header["TDIM1"] for name in dimensions} == dimensions
        assert {hdu.header["NAXIS2"] for hdu in hdus[1:]} == {1}


def test_var_keys_lists_the_existing_extensions(tmp_path):
    path = write_cube(
        tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), without={"VAR-EXT-ATMOS_R0", "VAR-EXT-DATE-BEG", "WCS-TAB"}
    )
    with open_strictly(path) as hdus:
        names = [hdu.name for hdu in hdus[1:]]
        listed = [pair.split(";")[0] for pair in hdus[0].header["VAR_KEYS"].split(",")]
    assert listed == names
    assert len(names) == 28
    assert not {"VAR-EXT-ATMOS_R0", "VAR-EXT-DATE-BEG", "WCS-TAB"} & set(names)


def test_coordinates_are_those_of_the_corners_in_the_order_of_the_columns_name(cube):
    with fits.open(cube) as hdus:
        corners = hdus["WCS-TAB"].data["HPLN+HPLT+WAVE+TIME"][0]
        begin = hdus["VAR-EXT-DATE-BEG"].data["DATE-BEG"][0]
        end = hdus["VAR-EXT-DATE-END"].data["DATE-END"][0]
        reference = np.datetime64(hdus[0].header["DATEREF"])
        start = hdus[0].header["DATE-BEG"]
    assert corners.shape == (3, 7, 2, 2, 4)
    longitude, latitude, wavelength, seconds = np.moveaxis(corners, -1, 0)
    assert (longitude[..., 1] > longitude[..., 0]).all()
    assert (latitude[..., 1, :] > latitude[..., 0, :]).all()
    assert ((wavelength > 617.155) & (wavelength < 617.605)).all()
    assert (np.diff(wavelength, axis=1) > 0).all()
    times = reference + (seconds[:, :, 0, 0] * 1e6).astype("timedelta64[us]")
    assert (np.array(begin, dtype="M8[us]").reshape(3, 7) < times).all()
    assert (np.array(end, dtype="M8[us]").reshape(3, 7) > times).all()
    assert begin.ravel()[0].startswith(start)


def test_the_last_axis_of_the_coordinates_is_missing_with_one_scan(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4))
    assert fits.getval(path, "TDIM1", "WCS-TAB") == "(4,2,2,2)"


@pytest.mark.parametrize("bitpix", [-32, 16])
def test_datamedn_holds_the_medians_of_the_frames(tmp_path, bitpix):
    path = write_cube(tmp_path / "cube.fits", shape=(2, 4, 3, 12, 14), bitpix=bitpix)
    with fits.open(path) as hdus, fits.open(path, do_not_scale_image_data=True) as stored:
        header = stored[0].header
        data = stored[0].data * np.float64(header.get("BSCALE", 1)) + header.get("BZERO", 0)
        medians = hdus["VAR-EXT-DATAMEDN"].data["DATAMEDN"][0][..., 0, 0]
    np.testing.assert_allclose(medians, np.median(data, axis=(-2, -1)), rtol=1e-12)
    assert len(np.unique(medians)) > 12


def test_the_seeing_is_plausible_and_worse_with_high_altitudes(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(30, 1, 7, 2, 2))
    with fits.open(path) as hdus:
        table = hdus["VAR-EXT-ATMOS_R0"].data
        r0, seconds = table["ATMOS_R0"][0], table["TIME-ATMOS_R0"][0]
        corners = hdus["WCS-TAB"].data["HPLN+HPLT+WAVE+TIME"][0]
    assert r0.shape == (len(seconds), 2)
    assert seconds.shape == (len(seconds), 1)
    assert len(seconds) > 200
    assert (np.diff(seconds[:, 0]) == 1).all()
    assert seconds.min() < corners[..., 3].min() < corners[..., 3].max() < seconds.max()
    assert (r0[:, 1] < r0[:, 0]).all()
    assert r0.min() > 0.01
    assert 0.08 < r0[:, 0].mean() < 0.15
    assert np.ptp(r0[:, 0]) > 0.05


def test_the_sun_has_a_spot_in_the_upper_left_a_line_and_polarisation(tmp_path):
    data = fits.getdata(write_cube(tmp_path / "cube.fits", shape=(2, 4, 7, 60, 64)))
    continuum = data[0, 0, 0]
    row, column = np.unravel_index(continuum.argmin(), continuum.shape)
    assert row > 30
    assert column < 32
    quiet = continuum[:24].mean()
    spot_row, spot_column = round(0.7 * 60), round(0.3 * 64)
    assert continuum[spot_row, spot_column] < 0.3 * quiet
    profile = data[0, 0].mean(axis=(1, 2))
    assert profile.argmin() == 3
    assert profile[3] < 0.5 * profile[0]
    circular = data[0, 3, :, spot_row, spot_column] / quiet
    assert abs(circular[2] - -circular[4]) < 0.02
    assert abs(circular[4]) > 0.02
    assert np.abs(data[:, 1:].mean()) < 0.01 * quiet
    assert 0 < np.abs(data[1, 0] - data[0, 0]).mean() < 0.1 * quiet


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    first, again, other = (
        write_cube(tmp_path / folder / "cube.fits", shape=(1, 1, 2, 8, 8), seed=seed).read_bytes()
        for folder, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert first == again
    assert first != other


def test_keywords_are_replaced_added_and_removed(tmp_path):
    keywords = {"FILTER1": "8542", "POINT_ID": "2019-04-19T17:34:39_mosaic", "DATE-BEG": None, "RELEASEC": "x" * 500}
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), keywords=keywords)
    with open_strictly(path) as hdus:
        header = hdus[0].header
        assert header["FILTER1"] == "8542"
        assert header["POINT_ID"] == "2019-04-19T17:34:39_mosaic"
        assert header["RELEASEC"] == "x" * 500
        assert "DATE-BEG" not in header


def test_a_cube_can_be_without_checksum_or_with_a_wrong_one(tmp_path):
    shape = (1, 1, 2, 4, 4)
    without = write_cube(tmp_path / "without.fits", shape=shape, keywords={"CHECKSUM": None})
    assert "CHECKSUM" not in fits.getheader(without)
    wrong = write_cube(tmp_path / "wrong.fits", shape=shape, keywords={"CHECKSUM": "0123456789abcdef"})
    assert fits.getval(wrong, "CHECKSUM") == "0123456789abcdef"
    assert sum_from_header(wrong) != ALL_ONES


def test_awkward_cards_are_written_byte_for_byte_and_summed(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=AWKWARD_CARDS)
    with pytest.warns(AstropyUserWarning, match="non-ASCII"):
        header = raw_header(path)
    assert all(card.ljust(CARD) in header for card in AWKWARD_CARDS)
    assert any(byte > 127 for byte in header)
    with pytest.warns(AstropyUserWarning, match="non-ASCII"):
        assert sum_from_header(path) == ALL_ONES


def test_a_card_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(ValueError, match="80 bytes at most"):
        write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=[b"COMMENT " + b"x" * 73])


def test_another_bitpix_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not -64"):
        write_cube(tmp_path / "cube.fits", bitpix=-64)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("FEATURES", "Pore"), ("DATE-BEG", "2019-04-19T18:00:00"), ("SCANNUM", 7), ("NEWKEY", "new"), ("EVENTS", None)],
)
def test_an_edited_keyword_leaves_the_file_valid_and_the_rest_unchanged(tmp_path, keyword, value):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4))
    before, cards = path.read_bytes(), raw_cards(path)
    edit_keyword(path, keyword, value)
    with open_strictly(path) as hdus:
        assert hdus[0].header.get(keyword) == value
    after = path.read_bytes()
    assert after[len(raw_header(path)) :] == before[len(raw_header(path)) :]
    lost = [card for card in set(cards) - set(raw_cards(path)) if card.strip()]
    assert {card[:8].strip() for card in lost} <= {keyword, "CHECKSUM", "CONTINUE"}


def test_a_keyword_of_an_extension_is_edited_as_one_of_the_primary_header(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4))
    before = raw_header(path)
    edit_keyword(path, "REMARK", "Corrected.", extension="VAR-EXT-SCANNUM")
    with open_strictly(path) as hdus:
        assert hdus["VAR-EXT-SCANNUM"].header["REMARK"] == "Corrected."
    assert raw_header(path) == before


def test_an_edit_can_leave_the_checksum_stale(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4))
    checksum = fits.getval(path, "CHECKSUM")
    edit_keyword(path, "FEATURES", "Pore", checksum=False)
    assert fits.getval(path, "CHECKSUM") == checksum
    assert sum_from_header(path) != ALL_ONES
    with pytest.warns(AstropyUserWarning, match="Checksum verification failed"):
        fits.open(path, checksum=True).close()


def test_an_edit_keeps_awkward_bytes(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=AWKWARD_CARDS)
    edit_keyword(path, "FEATURES", "Pore")
    header = path.read_bytes()
    assert all(card.ljust(CARD) in header for card in AWKWARD_CARDS)


def test_an_edit_that_needs_another_block_is_refused_and_changes_nothing(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="the data would have to move"):
        edit_keyword(path, "FEATURES", "x" * 2000)
    assert path.read_bytes() == before


def test_an_edit_without_datasum_is_refused(tmp_path):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), keywords={"DATASUM": None})
    with pytest.raises(ValueError, match="has no DATASUM"):
        edit_keyword(path, "FEATURES", "Pore")


def test_a_sparse_cube_is_valid(tmp_path):
    with open_strictly(write_sparse_cube(tmp_path / "cube.fits", size_bytes=20_000_000)) as hdus:
        assert len(hdus) == 32
        assert hdus[0].shape[1:3] == (4, 14)
        assert hdus[0].header["DATASUM"] == "0"
        assert not hdus[0].data.any()


@pytest.mark.parametrize("size", [380_000_000, 8_000_000_000])
def test_a_sparse_cube_has_about_the_given_size_and_takes_no_disk_space(tmp_path, size):
    path = write_sparse_cube(tmp_path / "cube.fits", size_bytes=size)
    status = path.stat()
    assert abs(status.st_size - size) < 0.01 * size
    assert status.st_blocks * 512 < 2_000_000
    assert sum_from_header(path) == ALL_ONES
    edit_keyword(path, "FEATURES", "Pore")
    assert sum_from_header(path) == ALL_ONES
    assert fits.getval(path, "FEATURES") == "Pore"
    with fits.open(path) as hdus:
        assert hdus[-1].name == "VAR-EXT-DATAP99"


def test_a_cube_of_another_time_has_it_in_its_header_and_all_its_tables(tmp_path):
    start = datetime(2026, 3, 2, 9, 15, 0, 250_000)
    with open_strictly(write_cube(tmp_path / "cube.fits", shape=(2, 1, 3, 4, 5), start=start)) as hdus:
        header = hdus[0].header
        assert header["DATE-BEG"] == "2026-03-02T09:15:00.25000"
        assert header["DATEREF"] == "2026-03-02T00:00:00.000000"
        assert hdus["VAR-EXT-DATE-BEG"].data["DATE-BEG"].ravel()[0] == "2026-03-02T09:15:00.250000"
        seeing = hdus["VAR-EXT-ATMOS_R0"].data["TIME-ATMOS_R0"].ravel()
        assert seeing[0] <= (start - datetime(2026, 3, 2)).total_seconds() <= seeing[-1]
        assert b"2019-04-19" not in (tmp_path / "cube.fits").read_bytes()


def test_a_sparse_cube_that_is_too_small_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least"):
        write_sparse_cube(tmp_path / "cube.fits", size_bytes=1000)


def test_many_cubes_are_valid_and_differ_in_date_and_name(tmp_path):
    paths = many_cubes(tmp_path / "cubes", 5)
    begins = set()
    for path in paths:
        with open_strictly(path) as hdus:
            header = hdus[0].header
            assert header["FILENAME"] == path.name
            assert hdus["VAR-EXT-DATE-BEG"].data["DATE-BEG"].ravel()[0].startswith(header["DATE-BEG"])
            assert header["DATE-BEG"].startswith(header["DATEREF"][:10])
            begins.add(header["DATE-BEG"])
    assert len(begins) == len(set(paths)) == 5
    assert sorted((tmp_path / "cubes").iterdir()) == sorted(paths)


def test_many_cubes_take_the_options_of_one(tmp_path):
    for path in many_cubes(tmp_path, 2, shape=(2, 1, 3, 2, 2), bitpix=16, without={"VAR-EXT-ATMOS_R0"}):
        with open_strictly(path) as hdus:
            assert hdus[0].shape == (2, 1, 3, 2, 2)
            assert "VAR-EXT-ATMOS_R0" not in hdus


def test_intensities_stay_positive():
    wavelengths = np.linspace(-0.035, 0.035, 5) + solar_patch.LINE_CENTRE
    assert (solar_patch.stokes_cube((3, 1, 5, 50, 40), wavelengths, seed=1) > 0).all()


def test_nothing_of_django_is_needed():
    command = "import sys, devtools.sample_cubes, tests.support.sample_previews; print('django' in sys.modules)"
    root = Path(__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", command], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
