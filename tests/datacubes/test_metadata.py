"""The columns that people search, and any keyword besides."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from catalogue.keyword_search import KeywordQuestion
from common.errors import PermanentError
from datacubes.models import DataCube, Metadata
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import AWKWARD_CARDS, edit_keyword, write_cube
from ingestion.conductor import ingest
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header, tiny_cube

pytestmark = pytest.mark.django_db


def metadata_of(data_root, content: bytes) -> Metadata:
    (data_root / "cube.fits").write_bytes(content)
    ingest(IngestRequest("cube.fits"))
    return Metadata.objects.get()


def test_the_columns_of_a_cube(place_cube):
    ingest(IngestRequest(place_cube()))
    metadata = Metadata.objects.get()
    assert metadata.date_beg == datetime(2019, 4, 19, 17, 34, 55, 503_950, tzinfo=UTC)
    assert timedelta() < metadata.date_end - metadata.date_beg < timedelta(minutes=1)
    assert (metadata.wavelength_min, metadata.wavelength_max) == (617.155, 617.605)
    assert metadata.spectral_line == "6173"
    assert metadata.has_polarimetry is True
    assert (metadata.n_scans, metadata.n_wavelengths) == (2, 3)
    assert metadata.cube == DataCube.objects.get()


def test_a_cube_of_one_stokes_component_has_no_polarimetry(data_root):
    write_cube(data_root / "cube.fits", shape=(3, 1, 5, 4, 4))
    ingest(IngestRequest("cube.fits"))
    metadata = Metadata.objects.get()
    assert metadata.has_polarimetry is False
    assert (metadata.n_scans, metadata.n_wavelengths) == (3, 5)


def test_ctype_decides_which_axes_hold_scans_and_wavelengths(data_root):
    keywords = {"CTYPE3": "UTC--TAB", "CTYPE4": "WAVE-TAB", "CTYPE5": "STOKES"}
    write_cube(data_root / "cube.fits", shape=(4, 1, 3, 4, 4), keywords=keywords)
    ingest(IngestRequest("cube.fits"))
    metadata = Metadata.objects.get()
    assert (metadata.n_scans, metadata.n_wavelengths, metadata.has_polarimetry) == (3, 1, True)


@pytest.mark.parametrize("axis", [3, 5])
def test_an_axis_longer_than_a_column_holds_is_a_warning(data_root, axis):
    axes = {f"NAXIS{number}": f"NAXIS{number}  = {2**31 if number == axis else 1}" for number in range(1, 6)}
    content = tiny_cube(BITPIX="BITPIX  = 8", NAXIS="NAXIS   = 5", **axes)
    with (data_root / "cube.fits").open("wb") as file:
        file.write(content)
        file.truncate(len(content) + 2**31)
    warnings = ingest(IngestRequest("cube.fits")).warnings
    assert f"NAXIS{axis} is {2**31}; at most {2**31 - 1} was expected." in warnings
    metadata = Metadata.objects.get()
    assert (metadata.n_scans, metadata.n_wavelengths) == (1, 1)


def test_columns_that_the_header_does_not_give_are_empty(data_root):
    metadata = metadata_of(data_root, tiny_cube())
    assert metadata.date_end == metadata.date_beg
    assert (metadata.wavelength_min, metadata.wavelength_max) == (None, None)
    assert (metadata.n_scans, metadata.n_wavelengths, metadata.has_polarimetry) == (1, 1, False)
    assert (metadata.pointing_x, metadata.pointing_y, metadata.size_x, metadata.size_y) == (None,) * 4


def test_a_line_written_as_a_number_is_text(data_root):
    content = tiny_cube(FILTER1="FILTER1 =                 6173")
    assert metadata_of(data_root, content).spectral_line == "6173"


def test_wavelengths_that_are_integers_undefined_or_not_a_number(data_root):
    content = tiny_cube(WAVEMIN="WAVEMIN = 617", WAVEMAX="WAVEMAX = NaN")
    metadata = metadata_of(data_root, content)
    assert (metadata.wavelength_min, metadata.wavelength_max) == (617.0, None)


@pytest.mark.parametrize("text", ["617.155", " 617.155 ", "6.17155E2"])
def test_a_wavelength_written_as_text_is_the_number(data_root, text):
    assert metadata_of(data_root, tiny_cube(WAVEMIN=f"WAVEMIN = '{text}'")).wavelength_min == 617.155


@pytest.mark.parametrize(
    ("keyword", "value", "shown", "expected"),
    [
        ("WAVEMIN", "'MISSING'", "MISSING", "a number was expected"),
        ("WAVEMIN", "'617 nm'", "617 nm", "a number was expected"),
        ("WAVEMAX", "'nan'", "nan", "a number was expected"),
        ("WAVEMAX", "T", "True", "a number was expected"),
        ("DATE-END", "'yesterday'", "yesterday", "a time such as 2019-04-19T17:34:55.504 was expected"),
        ("DATE-END", "20190419", "20190419", "a time such as 2019-04-19T17:34:55.504 was expected"),
        ("DATE-END", "'2019-04-19T27:34:55'", "2019-04-19T27:34:55", "is not a time: hour must be in 0..23"),
    ],
)
def test_an_unreadable_keyword_is_a_warning_and_the_cube_is_accepted(data_root, keyword, value, shown, expected):
    cards = {keyword.replace("-", "_"): f"{keyword:8}= {value}"}
    (data_root / "cube.fits").write_bytes(tiny_cube(**cards))
    [warning] = ingest(IngestRequest("cube.fits")).warnings
    assert warning.startswith(f"{keyword} is “{shown}”")
    assert expected in warning
    metadata = Metadata.objects.get()
    assert (metadata.wavelength_min, metadata.wavelength_max) == (None, None)
    assert metadata.date_end == metadata.date_beg


@pytest.mark.parametrize("keyword", ["WAVEMIN", "WAVEMAX", "DATE-END", "FILTER1"])
def test_a_blank_keyword_counts_as_missing(data_root, keyword):
    cards = {keyword.replace("-", "_"): f"{keyword:8}= '   '"}
    (data_root / "cube.fits").write_bytes(tiny_cube(**cards))
    assert ingest(IngestRequest("cube.fits", oid="known")).warnings == []


def test_of_repeated_keywords_the_first_counts(data_root):
    cards = ("FILTER1 = '8542'", "WAVEMIN = 617.0", "WAVEMIN = 854.0", "DATE-BEG= '2020-01-01'", "INSTRUME= 'OTHER'")
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    result = ingest(IngestRequest("cube.fits"))
    metadata = Metadata.objects.get()
    assert result.oid == "2019-04-19T17:34:55.50395_6173_0-4"
    assert (metadata.spectral_line, metadata.wavelength_min) == ("6173", 617.0)
    assert metadata.keywords["WAVEMIN"] == [617.0, 854.0]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("DATE-BEG", "2019-04-19T27:34:55"),
        ("DATE-BEG", 20190419),
        ("DATE-BEG", None),
        ("RELEASE", "soon"),
        ("RELEASE", 2020),
        ("INSTRUME", None),
        ("INSTRUME", "OTHER"),
        ("POINT_ID", "p" * 256),
        ("FILTER1", None),
    ],
)
def test_an_unreadable_identity_or_release_refuses_the_cube(place_cube, keyword, value):
    path = place_cube({keyword: value})
    with pytest.raises(PermanentError, match=keyword):
        ingest(IngestRequest(path))
    assert not DataCube.objects.exists()


def test_every_keyword_is_kept_with_its_type(place_cube):
    ingest(IngestRequest(place_cube()))
    keywords = Metadata.objects.get().keywords
    assert len(keywords) > 200
    assert keywords["SIMPLE"] is True
    assert keywords["SCANNUM"] == 0
    assert keywords["DSUN_OBS"] == 1.5032e11
    assert keywords["FILTER1"] == "6173"
    assert keywords["CAMPAIGN"] is None
    assert keywords["DW3.AXIS.3"] == 5.0
    assert keywords["HISTORY"].startswith("Made by the narrow-band cube maker")


def test_awkward_cards_are_kept(data_root):
    write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4), extra_cards=AWKWARD_CARDS)
    ingest(IngestRequest("cube.fits"))
    keywords = Metadata.objects.get().keywords
    assert keywords["WINDSPD"] is None
    assert "Åke Öhman" in keywords["COMMENT"]


@pytest.mark.parametrize(
    "question",
    [
        {"keywords__AO_NMODE": 84},
        {"keywords__AO_NMODE__gt": 80},
        {"keywords__OBSERVER": "A. Observer, B. O'Observer"},
        {"keywords__PRLIB1": "SSTRED"},
        {"keywords__CAMPAIGN": None},
        {"keywords__has_key": "WAVEBAND"},
    ],
    ids=str,
)
def test_any_keyword_can_be_searched(place_cube, question):
    ingest(IngestRequest(place_cube()))
    assert Metadata.objects.filter(**question).count() == 1
    assert Metadata.objects.exclude(**question).count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has this index")
def test_a_search_for_a_keyword_uses_the_index(place_cube):
    ingest(IngestRequest(place_cube()))
    with connection.cursor() as cursor:
        # What is left to find some of all metadata is the keywords' index, which only a bitmap scan reads.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    question = KeywordQuestion.parse("AO_NMODE:84").indexed_condition(connection.vendor)
    plan = DataCube.objects.filter(question).explain()
    assert "metadata_keywords" in plan


def test_it_follows_the_file(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "WAVEMIN", 617.2)
    edit_keyword(data_root / path, "AO_NMODE", None)
    ingest(IngestRequest(path))
    metadata = Metadata.objects.get()
    assert metadata.wavelength_min == 617.2
    assert "AO_NMODE" not in metadata.keywords


def test_times_of_other_scales_and_wavelengths_of_other_units_are_converted(data_root):
    content = tiny_cube(
        TIMESYS="TIMESYS = 'TAI'",
        DATE_BEG="DATE-BEG= '2019-04-19T17:34:55'",
        DATE_END="DATE-END= '2019-04-19T17:35:55'",
        WAVEUNIT="WAVEUNIT= -10",
        WAVEMIN="WAVEMIN = 6171.5",
        WAVEMAX="WAVEMAX = 6175.0",
    )
    metadata = metadata_of(data_root, content)
    assert f"{metadata.date_beg:%H:%M:%S} {metadata.date_end:%H:%M:%S}" == "17:34:18 17:35:18"
    assert (metadata.wavelength_min, metadata.wavelength_max) == pytest.approx((617.15, 617.5))


@pytest.mark.parametrize("unit", ["'Angstrom'", "'angstrom'", "-10.0", "'-10'"])
def test_the_unit_of_wavelengths_may_be_a_name_or_a_power_of_ten(data_root, unit):
    content = tiny_cube(WAVEUNIT=f"WAVEUNIT= {unit}", WAVEMIN="WAVEMIN = 171")
    assert metadata_of(data_root, content).wavelength_min == pytest.approx(17.1)


@pytest.mark.parametrize(
    ("cards", "warning"),
    [
        ({"TIMESYS": "TIMESYS = 'LOCAL'"}, "TIMESYS is “LOCAL”, which is unknown: times are read as UTC."),
        (
            {"DATE_END": "DATE-END= '2019-04-19T17:00:00'"},
            "DATE-END is “2019-04-19T17:00:00”, which is before DATE-BEG.",
        ),
        ({"WAVEUNIT": "WAVEUNIT= 99"}, "WAVEUNIT is “99”; a power of ten of the metre, such as -9, was expected."),
    ],
)
def test_a_fault_in_secondary_keywords_is_a_warning(data_root, cards, warning):
    (data_root / "cube.fits").write_bytes(tiny_cube(**cards))
    assert warning in ingest(IngestRequest("cube.fits")).warnings
