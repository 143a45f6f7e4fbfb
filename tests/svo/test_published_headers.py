"""What is published of a header is read back with astropy, and is the header of the file."""

import io
import warnings
from pathlib import Path

import pytest
from astropy.io import fits

from datacubes.links import oid_in_url
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import AWKWARD_CARDS, write_cube
from ingestion.conductor import ingest
from svo.planning import Options
from svo.synchronisation import synchronise
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::astropy.io.fits.verify.VerifyWarning")]

CARDS = {
    "a text over several cards": ("OBJECT  = 'It''s a long one, &'".ljust(80) + "CONTINUE  'and goes on' / about"),
    "a comment on a card of its own": "OBJECT  = 'AR 12738&'".ljust(80) + "CONTINUE  '' / Observed object",
    "the last card is continued": "ZZZ     = 'begins&'".ljust(80) + "CONTINUE  'ends'",
    "a text with outer blanks": "OBJECT  = '  AR 12738  '",
    "quotes": "OBSERVER= 'B. O''Observer, ''''' / 'quoted'",
    "HIERARCH": "HIERARCH ESO TEL AMBI WINDSP = 5.3 / [m/s] Wind",
    "record-valued": "DW3     = 'AXIS.1: 1'",
    "record-valued text": "DW3     = 'NAME: Cavity error'",
    "a comment": "COMMENT   indented, with a trailing slash /",
    "a history": "HISTORY = not a value",
    "a card without a name": "        said by nobody",
    "nothing": "OBJECT  =",
    "a full card": f"OBJECT  = '{'x' * 68}'",
    "numbers": "XPOSURE = 1.0D-03",
}


def read(text: str | bytes, **options: str) -> fits.Header:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fits.Header.fromstring(text, **options)


def assert_same(read_back: fits.Header, of_file: fits.Header) -> None:
    assert [card.image for card in read_back.cards] == [card.image for card in of_file.cards]
    assert [(card.keyword, card.value, card.comment) for card in read_back.cards] == [
        (card.keyword, card.value, card.comment) for card in of_file.cards
    ]


@pytest.fixture
def check(configured, data_root, send_all, anybody):
    """Return a function that ingests a file and reads back all that is published of its header."""

    def check(name: str) -> None:
        content = (data_root / name).read_bytes()
        cube = DataCube.objects.get(oid=ingest(IngestRequest(name)).oid)
        assert send_all() == ["submitted"]
        of_file = read(content[: fits.open(io.BytesIO(content), memmap=False)[0].fileinfo()["datLoc"]])
        in_svo = configured.record("CRISP", cube.oid)["fits_header"]
        assert_same(read(in_svo), of_file)
        assert in_svo[80 : 80 * 2].rstrip() == of_file.cards[1].image.rstrip()
        url = f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/header/"
        as_text = anybody.get(url, HTTP_ACCEPT="text/plain").content.decode()
        assert_same(read(as_text, sep="\n"), of_file)
        assert {len(line) for line in as_text.splitlines()} == {80}
        as_bytes = anybody.get(url, HTTP_ACCEPT="application/fits")
        assert as_bytes["Content-Type"] == "application/fits"
        assert content.startswith(as_bytes.content)
        assert_same(read(as_bytes.content), of_file)

    return check


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_each_form_of_a_card(check, data_root: Path, card: str) -> None:
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, card) + padded(TINY_DATA))
    check("cube.fits")


@pytest.mark.parametrize("extra_cards", [(), AWKWARD_CARDS], ids=["valid", "awkward"])
def test_a_whole_cube(check, data_root: Path, extra_cards: tuple[bytes, ...]) -> None:
    write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=extra_cards)
    check("cube.fits")


def test_a_header_of_a_whole_number_of_blocks(check, data_root: Path) -> None:
    cards = [*TINY_CUBE, *(f"KEY{n:<5}= {n:>20}" for n in range(35 - len(TINY_CUBE)))]
    (data_root / "cube.fits").write_bytes(raw_header(*cards) + padded(TINY_DATA))
    check("cube.fits")


@pytest.mark.parametrize("text", ["  AR 12738", "\xa0AR 12738\xa0", "\tAR 12738"])
def test_outer_white_space_is_no_difference(configured, data_root, send_all, text: str) -> None:
    cards = [f"OBJECT  = '{text}'", *[""] * 3]
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    ingest(IngestRequest("cube.fits"))
    assert send_all() == ["submitted"]
    assert synchronise(Options(update_existing=True)).updated == 0


def test_an_error_is_text_whatever_is_accepted(db, anybody) -> None:
    response = anybody.get("/api/v1/data-cubes/x/header/", HTTP_ACCEPT="application/fits")
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert response.content == b"No FITSHeader matches the given query.\n"
