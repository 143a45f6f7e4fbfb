"""The header is kept byte for byte."""

import pytest
from astropy.io import fits

from datacubes.models import FITSHeader
from datacubes.models.headers import MAX_SHOWN_CARDS
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import AWKWARD_CARDS, edit_keyword, write_cube
from ingestion.conductor import ingest
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header

pytestmark = pytest.mark.django_db


def test_the_stored_header_has_the_bytes_of_the_file(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    content = (data_root / path).read_bytes()
    assert FITSHeader.objects.get().text.encode("latin-1") == content[: 9 * 2880]


def test_it_gives_the_same_header_as_the_file_in_astropy(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    from_file, kept = fits.getheader(data_root / path), fits.Header.fromstring(FITSHeader.objects.get().text)
    assert kept == from_file
    assert kept.tostring() == from_file.tostring()


def test_bytes_that_the_standard_forbids_are_kept_too(data_root):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=AWKWARD_CARDS)
    ingest(IngestRequest("cube.fits"))
    content = path.read_bytes()
    kept = FITSHeader.objects.get().text
    assert content.startswith(kept.encode("latin-1"))
    assert "Åke Öhman" in kept
    assert str(fits.Header.fromstring(kept)) == str(fits.Header.fromstring(content[: len(kept)]))


def test_every_byte_but_nul_survives(data_root):
    odd = bytes(range(1, 256))
    cards = [b"COMMENT " + odd[start : start + 70] for start in range(0, 255, 70)]
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    ingest(IngestRequest("cube.fits"))
    text = FITSHeader.objects.get().text
    assert text.encode("latin-1") == raw_header(*TINY_CUBE, *cards)


def test_it_follows_the_file(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "OBJECT", "AR 12739")
    ingest(IngestRequest(path))
    assert "OBJECT  = 'AR 12739'" in FITSHeader.objects.get().text


def test_people_see_one_card_a_line(place_cube):
    ingest(IngestRequest(place_cube()))
    lines = FITSHeader.objects.get().lines().split("\n")
    assert lines[0].rstrip() == "SIMPLE  =                    T / conforms to FITS standard"
    assert lines[-1].rstrip() == "END"
    assert {len(line) for line in lines} == {80}


def test_a_page_shows_the_first_cards():
    cards = ["SIMPLE  =                    T", *(f"K{number:<7}= {number}" for number in range(MAX_SHOWN_CARDS))]
    text = raw_header(*cards).decode()
    shown, more = FITSHeader(text=text).first_lines()
    assert (shown.split("\n"), more) == (cards[:MAX_SHOWN_CARDS], 2)
    whole = FITSHeader(text=raw_header(*cards[: MAX_SHOWN_CARDS - 1]).decode())
    assert whole.first_lines() == ("\n".join(line.rstrip() for line in whole.lines().split("\n")), 0)
    assert len(whole.lines().split("\n")) == MAX_SHOWN_CARDS
