"""Whatever a file holds, its ingestion ends, soon and in little memory, in a result or in a refusal with a reason."""

import resource
import signal
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from datacubes.errors import PermanentError, TransientError
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.mutated_cubes import mutated
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header, tiny_cube
from tests.support.sample_cubes import AWKWARD_CARDS, write_cube

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_growth_watch")]

MUCH_TOO_LONG_SECONDS = 30
MUCH_MEMORY_KB = 200_000


@pytest.fixture(autouse=True)
def _bounds() -> Iterator[None]:
    """Interrupt what hangs, and notice what fills the memory."""

    def interrupt(number: int, frame: object) -> None:
        raise AssertionError(f"This file takes more than {MUCH_TOO_LONG_SECONDS} s.")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(MUCH_TOO_LONG_SECONDS)
    yield
    signal.alarm(0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MUCH_MEMORY_KB


def outcome_of(data_root, content: bytes) -> str:
    """Ingest a file and tell how it ended; an exception of another kind fails the test."""
    (data_root / "cube.fits").write_bytes(content)
    signal.alarm(MUCH_TOO_LONG_SECONDS)
    try:
        ingest(IngestRequest("cube.fits"))
    except (PermanentError, TransientError) as error:
        reason = str(error)
        assert 10 < len(reason) < 500
        assert reason.isprintable()
        return "refused"
    return "ingested"


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> list[bytes]:
    path = tmp_path_factory.mktemp("originals") / "nb_6173_scans=0_im.fits"
    small = write_cube(path, shape=(1, 1, 2, 4, 4)).read_bytes()
    awkward = write_cube(path, shape=(2, 4, 2, 4, 4), keywords={"FILENAME": None}, extra_cards=AWKWARD_CARDS)
    return [small, awkward.read_bytes(), tiny_cube()]


@pytest.mark.parametrize("block", range(10))
def test_three_hundred_damaged_files(data_root, originals, block):
    outcomes = Counter()
    for seed in range(30 * block, 30 * block + 30):
        random = Random(seed)
        try:
            outcomes[outcome_of(data_root, mutated(random.choice(originals), random))] += 1
        except Exception as error:
            raise AssertionError(f"The file of the seed {seed} met an error that was not foreseen.") from error
    assert outcomes["ingested"] > 2
    assert outcomes["refused"] > 2
    assert not DataCube.objects.filter(access=None).exists()
    assert not DataCube.objects.filter(metadata=None).exists()
    assert not DataCube.objects.filter(fits_header=None).exists()


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
    "an instrument beyond ASCII": (tiny_cube(INSTRUME="INSTRUME= 'ÿþ\x01'"), "refused"),
    "wavelengths that are huge": (with_cards(f"WAVEMIN = {'9' * 69}", "WAVEMAX = 1E308"), "ingested"),
    "wavelengths that are tiny": (with_cards("WAVEMIN = 1E-320", "WAVEMAX = 1E-999"), "ingested"),
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
        (b"XTENSION= 'BINTABLE'", b"XTENSION= 'IMAGE   '"),
    ],
)
def test_a_table_of_coordinates_that_does_not_fit_itself_leaves_the_pointing_unknown(data_root, originals, old, new):
    primary, start, tables = originals[0].partition(b"XTENSION")
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
