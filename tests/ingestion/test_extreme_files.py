"""Extreme files, each of one kind: they end, soon and in little memory, in a result or in a refusal with a reason.

`tests/system/test_hostile_files.py` tries thousands that nobody has thought of.
"""

import os
import signal
import struct
from collections.abc import Iterator

import pytest

from common.errors import PermanentError, TransientError
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.memory import forget_peak_memory, peak_memory
from devtools.sample_cubes import write_cube
from ingestion.conductor import ingest
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header, tiny_cube

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_writes")]

MUCH_TOO_LONG_SECONDS = 30
MUCH_MEMORY_BYTES = 200_000_000


@pytest.fixture(autouse=True)
def _bounds() -> Iterator[None]:
    """Interrupt what hangs, and notice what fills the memory."""

    def interrupt(number: int, frame: object) -> None:
        raise AssertionError(f"This file takes more than {MUCH_TOO_LONG_SECONDS} s.")

    forget_peak_memory()
    before = peak_memory(os.getpid())
    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(MUCH_TOO_LONG_SECONDS)
    yield
    signal.alarm(0)
    assert peak_memory(os.getpid()) - before < MUCH_MEMORY_BYTES


def outcome_of(data_root, content: bytes) -> str:
    """Ingest a file and tell how it ended; an exception of another kind fails the test."""
    (data_root / "cube.fits").write_bytes(content)
    signal.alarm(MUCH_TOO_LONG_SECONDS)
    try:
        result = ingest(IngestRequest("cube.fits"))
    except (PermanentError, TransientError) as error:
        outcome, reasons = "refused", [str(error)]
    else:
        outcome, reasons = "ingested", [step.reason for step in result.steps if step.reason] + result.warnings
    assert [reason for reason in reasons if not is_readable(reason)] == []
    return outcome


def is_readable(reason: str) -> bool:
    return 10 < len(reason) < 500 and reason.isprintable()


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("small") / "nb_6173_scans=0_im.fits"
    return write_cube(path, shape=(1, 1, 2, 4, 4)).read_bytes()


def with_cards(*cards: str | bytes) -> bytes:
    return raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA)


CARDS_OF_TINY = len(TINY_CUBE) + 1

EXTREME = {
    "36,000 cards": (with_cards(*["COMMENT x"] * (36_000 - CARDS_OF_TINY)), "ingested"),
    "36,001 cards": (with_cards(*["COMMENT x"] * (36_001 - CARDS_OF_TINY)), "refused"),
    "35,000 keywords": (with_cards(*(f"K{number:<7}= {number}" for number in range(35_000))), "ingested"),
    "35,000 times one keyword": (with_cards(*["KEY     = 'value'"] * 35_000), "ingested"),
    "a text of blanks over 30,000 cards": (
        with_cards("OBJECT  = 'x&'", *["CONTINUE  '" + " " * 66 + "&'"] * 30_000, "CONTINUE  'x'"),
        "ingested",
    ),
    "a text of quotes over 30,000 cards": (
        with_cards("OBJECT  = 'x&'", *["CONTINUE  '" + "''" * 33 + "&'"] * 30_000, "CONTINUE  'x'"),
        "ingested",
    ),
    "30,000 CONTINUE cards after no text": (with_cards("A       = 5", *["CONTINUE  'x&'"] * 30_000), "ingested"),
    "30,000 empty CONTINUE cards": (with_cards("A       = 'x&'", *["CONTINUE"] * 30_000), "ingested"),
    "a DATE-BEG over 30,000 cards": (
        tiny_cube(DATE_BEG="DATE-BEG= '2019-04-19&'".ljust(80) + ("CONTINUE  'x&'".ljust(80)) * 30_000),
        "refused",
    ),
    "a FILENAME over 30,000 cards": (
        tiny_cube(FILENAME="FILENAME= '_scans=1&'".ljust(80) + ("CONTINUE  '1&'".ljust(80)) * 30_000),
        "refused",
    ),
    "a unit over 30,000 cards": (
        with_cards(
            *("CTYPE1  = 'HPLN-TAN'", "CRPIX1  = 1", "CRVAL1  = 1", "CDELT1  = 1", "CUNIT1  = 'arcsec&'"),
            *["CONTINUE  '*arcsec**(2)&'"] * 30_000,
        ),
        "ingested",
    ),
    "30,000 record-valued cards": (with_cards(*["DW3     = 'AXIS.1: 1'"] * 30_000), "ingested"),
    "a record with a long name": (with_cards("DW3     = '" + "a.1." * 15 + "b: 1x'"), "ingested"),
    "NAXIS 999 of one pixel": (
        raw_header(*TINY_CUBE[:2], "NAXIS   = 999", *(f"NAXIS{n:<3}= 1" for n in range(1, 1000)), *TINY_CUBE[5:])
        + padded(TINY_DATA),
        "ingested",
    ),
    "NAXIS 999 of absurd length": (
        raw_header(*TINY_CUBE[:2], "NAXIS   = 999", *(f"NAXIS{n:<3}= {10**60}" for n in range(1, 1000)), *TINY_CUBE[5:])
        + padded(TINY_DATA),
        "refused",
    ),
    "NAXIS 98 with two frames and their medians": (
        raw_header(
            *TINY_CUBE[:2],
            *("NAXIS   = 98", *TINY_CUBE[3:5], "NAXIS3  = 2", "CTYPE3  = 'WAVE'"),
            *(f"NAXIS{n:<3}= 1" for n in range(4, 99)),
            *TINY_CUBE[5:],
        )
        + padded(TINY_DATA * 2)
        + raw_header(
            *("XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 16", "NAXIS2  = 1", "PCOUNT  = 0"),
            *("GCOUNT  = 1", "TFIELDS = 1", "TTYPE1  = 'DATAMEDN'", "TFORM1  = '2D'", "EXTNAME = 'VAR-EXT-DATAMEDN'"),
        )
        + padded(struct.pack(">dd", 1, 2)),
        "ingested",
    ),
    "a CHECKSUM with line breaks in it": (with_cards("CHECKSUM= '6.\r\n\x1b[2J5E-13'"), "ingested"),
    "an instrument beyond ASCII": (tiny_cube(INSTRUME="INSTRUME= 'ÿþ\x01'"), "refused"),
    "wavelengths that are huge": (with_cards(f"WAVEMIN = {'9' * 69}", "WAVEMAX = 1E308"), "ingested"),
    "wavelengths that are tiny": (with_cards("WAVEMIN = 1E-320", "WAVEMAX = 1E-999"), "ingested"),
    "a scale with line breaks in it": (with_cards("BSCALE  = '6.\r\n5891E-13'"), "ingested"),
    "a unit with line breaks in it": (
        with_cards("CTYPE1  = 'WAVE'", "CRPIX1  = 1", "CRVAL1  = 1", "CDELT1  = 1", "CUNIT1  = 'n\r\n\x1b[2Jm'"),
        "ingested",
    ),
    "an extension with line breaks in its name that is cut short": (
        tiny_cube() + raw_header("XTENSION= 'IMAGE   '", *TINY_CUBE[1:5], "EXTNAME = 'a\n\x1b[2Jb'"),
        "refused",
    ),
    "an extension with a name over 30,000 cards that is cut short": (
        tiny_cube()
        + raw_header("XTENSION= 'IMAGE   '", *TINY_CUBE[1:5], "EXTNAME = 'x&'", *["CONTINUE  'x&'"] * 30_000),
        "refused",
    ),
    "the first year": (tiny_cube(DATE_BEG="DATE-BEG= '0001-01-01T00:00:00'"), "ingested"),
    "the last year": (tiny_cube(DATE_BEG="DATE-BEG= '9999-12-31T23:59:59.999999'"), "ingested"),
}


@pytest.mark.parametrize("case", EXTREME)
def test_an_extreme_file(data_root, case):
    content, expected = EXTREME[case]
    assert outcome_of(data_root, content) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"TDIM1   = '(4,2,2,2)'", b"TDIM1   = '(9,9,9,9)'"),
        (b"TDIM1   = '(4,2,2,2)'", b"TDIM1   = '(0,2,2,2)'"),
        (b"TDIM1   = '(4,2,2,2)'", b"TDIM1   = '(-4,2,2)'."),
        (b"TFORM1  = '32D     '", b"TFORM1  = '99999999D'"[:20]),
        (b"TFORM1  = '32D     '", b"TFORM1  = '1PD(9)  '"),
        (b"TFORM1  = '32D     '", b"TFORM1  = '256A    '"),
        (b"'HPLN+HPLT+WAVE+TIME'", b"'HPLN+HPLT          '"),
        (b"TFIELDS =                    3", b"TFIELDS =                  999"),
        (b"TFIELDS =                    3", b"TFIELDS =           2147483648"),
        (b"TFIELDS =                    3", b"TFIELDS =                   -1"),
        (b"XTENSION= 'BINTABLE'", b"XTENSION= 'IMAGE   '"),
    ],
)
def test_a_table_of_coordinates_that_does_not_fit_itself_leaves_the_pointing_unknown(data_root, small, old, new):
    primary, start, tables = small.partition(b"XTENSION")
    tables = start + tables
    assert len(old) == len(new)
    assert old in tables
    assert outcome_of(data_root, primary + tables.replace(old, new, 1)) == "ingested"
    assert DataCube.objects.get().metadata.pointing_x is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"TFORM1  = 'I       '", b"TFORM1  = '2A      '"),
        (b"TFORM1  = 'I       '", b"TFORM1  = '0I      '"),
        (b"TTYPE1  = 'SCANNUM '", b"TTYPE1  = 99999     "),
    ],
)
def test_a_table_of_scans_that_does_not_fit_itself_is_refused(data_root, tmp_path, old, new):
    path = write_cube(tmp_path / "cube.fits", shape=(1, 1, 2, 4, 4), keywords={"FILENAME": None})
    content = path.read_bytes()
    table = content.index(b"'SCANNUM '") - 200
    at = content.index(old, table)
    changed = content[:at] + new + content[at + len(old) :]
    assert outcome_of(data_root, changed) == "refused"
    assert not DataCube.objects.exists()
