"""Values of headers as values of the SVO."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtools.svo import KeywordDefinition, SvoServer
from svo.client import SvoClient
from svo.resources import Dataset, Keyword
from svo.values import BOOLEAN, INTEGER, REAL, TEXT, TIME, LeftOut, canonical, convert, keyword_fields, same_value

LONG = "x" * 1000


@pytest.mark.parametrize(
    ("keyword_type", "value", "expected"),
    [
        (TEXT, "Sunspot", "Sunspot"),
        (TEXT, LONG, LONG),
        (TEXT, "Größe ☉", "Größe ☉"),
        (TEXT, 6173, "6173"),
        (TEXT, 60.5, "60.5"),
        (TEXT, True, "T"),
        (TEXT, None, ""),
        (TEXT, ["line 1", None, "line 2"], "line 1\nline 2"),
        (TEXT, ["same", "same"], "same"),
        (REAL, 617.155, 617.155),
        (REAL, 617, 617.0),
        (REAL, "617.155 ", 617.155),
        (REAL, "-1.5e-3", -0.0015),
        (REAL, "", None),
        (REAL, None, None),
        (REAL, [1.5, 1.5], 1.5),
        (INTEGER, 1173, 1173),
        (INTEGER, 60.0, 60),
        (INTEGER, "60", 60),
        (INTEGER, "60.0", 60),
        (INTEGER, 2**60 + 1, 2**60 + 1),
        (INTEGER, str(2**60 + 1), 2**60 + 1),
        (INTEGER, " ", None),
        (INTEGER, None, None),
        (BOOLEAN, True, True),
        (BOOLEAN, False, False),
        (BOOLEAN, "T", True),
        (BOOLEAN, "f ", False),
        (BOOLEAN, None, None),
        (TIME, "2019-04-19T17:34:55.50395", "2019-04-19T17:34:55.503950"),
        (TIME, "2019-04-19T17:34:55.5039512", "2019-04-19T17:34:55.503951"),
        (TIME, "2019-04-19T17:34:55", "2019-04-19T17:34:55.000000"),
        (TIME, "2019-04-19", "2019-04-19T00:00:00.000000"),
        (TIME, "2019-04-19T17:34:55Z", "2019-04-19T17:34:55.000000"),
        (TIME, "", None),
        (TIME, None, None),
    ],
)
def test_a_value_becomes_one_of_its_keywords_type(keyword_type: str, value: object, expected: object) -> None:
    converted = convert(value, keyword_type)

    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("keyword_type", "value", "reason"),
    [
        (REAL, math.nan, "“nan” is beyond"),
        (REAL, -math.inf, "“-inf” is beyond"),
        (REAL, "NaN", "is not a number"),
        (REAL, "1e999", "“1e999” is beyond"),
        (REAL, 10**400, "is beyond"),
        (REAL, "1_000", "is not a number"),
        (REAL, "617 nm", "“617 nm” is not a number"),
        (REAL, True, "“True” is not a number"),
        (REAL, [1.5, 2.5], "the header has it 2 times, with different values"),
        (INTEGER, 60.5, "“60.5” is not a whole number"),
        (INTEGER, "60.5", "“60.5” is not a whole number"),
        (INTEGER, math.nan, "beyond"),
        (INTEGER, math.inf, "beyond"),
        (INTEGER, 1e300, "beyond"),
        (INTEGER, 2**63, "beyond"),
        (INTEGER, "٣", "is not a number"),
        (INTEGER, LONG, "is not a number"),
        (BOOLEAN, 1, "“1” is neither T nor F"),
        (BOOLEAN, "yes", "neither"),
        (TIME, "yesterday", "“yesterday” is not a time such as 2019-04-19T17:34:55"),
        (TIME, "2019-02-30T00:00:00", "is not a time"),
        (TIME, "2019-04-19T17:34:55+02:00", "is not a time"),
        (TIME, 20190419, "is not a time"),
        (TEXT, math.nan, "nan cannot be sent"),
        (TEXT, ["a", math.inf], "inf cannot be sent"),
        (TEXT, "a\0b", "null characters"),
        ("complex", 1, "its type in the SVO, “complex”, is unknown"),
    ],
)
def test_a_value_that_does_not_convert_to_its_keywords_type_gives_the_reason(
    keyword_type: str, value: object, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as error:
        convert(value, keyword_type)

    assert len(str(error.value)) < 200


header_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@settings(deadline=None)
@given(
    keyword_type=st.sampled_from([TEXT, REAL, INTEGER, BOOLEAN, TIME]),
    value=header_values | st.lists(header_values),
)
def test_any_value_is_converted_or_left_out(keyword_type: str, value: object) -> None:
    try:
        converted = convert(value, keyword_type)
    except ValueError:
        return

    assert same_value(keyword_type, converted, converted)


@pytest.mark.parametrize(
    ("in_header", "in_svo"),
    [
        ("DATE-BEG", "DATE-BEG"),
        ("DW3.AXIS.1", "DW3.AXIS.1"),
        ("DW3.AXIS.1", "DW3 AXIS1"),
        ("DW3.CWDIS.LOOKUP", "DW3.CWDIS.LOOKUP"),
        ("DW3.EXTVER", "DW3 EXTVER"),
        ("DATE-BEG", "date-beg"),
        ("OBS_HDU", "OBS_HDU"),
    ],
)
def test_the_spellings_of_a_keyword_are_the_same(in_header: str, in_svo: str) -> None:
    assert canonical(in_header) == canonical(in_svo)


@pytest.mark.parametrize(
    ("one", "other"),
    [("DATE-BEG", "DATE_BEG"), ("DW3.AXIS.1", "DW3.AXIS.2"), ("DW3.AXIS.1", "DW1.AXIS.1"), ("CRPIX1", "CRPIX1A")],
)
def test_different_keywords_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_a_keyword_of_the_dataset_without_a_name_is_empty() -> None:
    assert keyword_fields({"OBSERVER": "Somebody", "": "no keyword"}, [Keyword("odd", "", TEXT)]) == ({"odd": ""}, [])


def test_a_record_has_a_field_for_each_keyword_of_the_dataset(client: SvoClient) -> None:
    keywords = client.keywords("CRISP")
    header = {
        "DATE-BEG": "2019-04-19T17:34:55.50395",
        "DW3.AXIS.1": 1.0,
        "NAXIS1": 1173,
        "FILTER1": "6173",
        "": "a card without a keyword",
        "NOTTHERE": "the dataset does not have it",
    }

    fields, left_out = keyword_fields(header, keywords)

    assert fields.keys() == {keyword.name for keyword in keywords}
    assert fields["date_beg"] == "2019-04-19T17:34:55.503950"
    # Both spellings are keywords of the dataset, one an integer and one real.
    assert (fields["dw3_axis1"], fields["dw3_axis_1"]) == (1, 1.0)
    # What the header does not have is empty, so that an update takes it away.
    assert (fields["camera"], fields["wavemin"]) == ("", None)
    assert left_out == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NAME: Cavity error", "Cavity error"),
        (["TYPE: x", "NAME: Cavity error"], "Cavity error"),
        (["NAME: one", "NAME: two"], "one\ntwo"),
        ("NAME:Cavity error", ""),
        ("NAME", ""),
        (["OTHER: x", 5, None], ""),
    ],
)
def test_a_record_of_text_has_the_field_of_its_name(value: object, expected: str) -> None:
    keywords = [Keyword("dw3_name", "DW3 NAME", TEXT), Keyword("dw3_a", "DW3.A.1", TEXT)]
    assert keyword_fields({"DW3": value}, keywords) == ({"dw3_name": expected, "dw3_a": ""}, [])
    assert keyword_fields({"DW3": "A.1: x"}, keywords)[0]["dw3_a"] == "x"
    assert keyword_fields({"DW3": value, "DW3.NAME": 5.0}, keywords)[0]["dw3_name"] == "5.0"


def test_a_value_that_cannot_be_converted_is_empty_and_reported() -> None:
    keywords = [
        Keyword("xposure", "XPOSURE", INTEGER),
        Keyword("wavemin", "WAVEMIN", REAL),
        Keyword("dw3_name", "DW3 NAME", "matrix"),
        Keyword("absent", "ABSENT", "matrix"),
        Keyword("object", "OBJECT", TEXT),
    ]

    fields, left_out = keyword_fields({"XPOSURE": 60.5, "WAVEMIN": math.nan, "DW3.NAME": 5, "OBJECT": None}, keywords)

    assert fields == {"xposure": None, "wavemin": None, "object": ""}
    assert left_out == [
        LeftOut("XPOSURE", "“60.5” is not a whole number"),
        LeftOut("WAVEMIN", "“nan” is beyond what can be sent"),
        LeftOut("DW3 NAME", "its type in the SVO, “matrix”, is unknown to the archive"),
    ]


@pytest.mark.parametrize(
    ("keyword_type", "sent", "received"),
    [
        (TIME, "2019-04-19T17:34:55.503950", "2019-04-19T17:34:55.503Z"),
        (TIME, "2019-04-19T17:34:55.503950", "2019-04-19T17:34:55.504Z"),
        (TIME, None, None),
        (INTEGER, 1_400_000_000, "1400000000"),
        (INTEGER, 60, 60),
        (REAL, 617.0, 617),
        (TEXT, "", None),
        (TEXT, None, ""),
        (BOOLEAN, False, False),
    ],
)
def test_values_that_the_svo_normalises_count_as_the_same(keyword_type: str, sent: object, received: object) -> None:
    assert same_value(keyword_type, sent, received)


@pytest.mark.parametrize(
    ("keyword_type", "sent", "received"),
    [
        (TIME, "2019-04-19T17:34:55.503950", "2019-04-19T17:34:55.502Z"),
        (TIME, "2019-04-19T17:34:55.503950", "2019-04-19T17:34:55.505Z"),
        (TIME, "2019-04-19T17:34:55.503950", "yesterday"),
        (TIME, "2019-04-19T17:34:55.503950", None),
        (TIME, None, "2019-04-19T17:34:55.503Z"),
        (INTEGER, 60, 61),
        (INTEGER, 0, None),
        (REAL, 617.0, 617.1),
        (REAL, 0.0, None),
        (TEXT, "a", "A"),
        (TEXT, "a", ""),
        (BOOLEAN, False, None),
        (BOOLEAN, False, True),
    ],
)
def test_another_value_is_not_the_same(keyword_type: str, sent: object, received: object) -> None:
    assert not same_value(keyword_type, sent, received)


def test_every_value_sent_is_accepted_and_read_back_as_the_same(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    values = ["", "text", LONG, "60", "6.5", "T", "2019-04-19T17:34:55.50395", 60, 60.0, 60.5, True, math.nan, ["a", 1]]
    types = [TEXT, REAL, INTEGER, BOOLEAN, TIME]
    pairs = [(f"K{n}", value, types[n % 5]) for n, value in enumerate(value for value in values for _ in range(5))]
    svo.add_dataset("CRISP", [KeywordDefinition(name, keyword_type) for name, _, keyword_type in pairs])

    keywords = client.keywords("CRISP")
    fields, left_out = keyword_fields({name: value for name, value, _ in pairs}, keywords)
    record = client.create(crisp.metadata_uri, "a", fields)

    assert len(fields) == 65
    assert 0 < len(left_out) < 40
    for keyword in keywords:
        assert same_value(keyword.type, fields[keyword.name], record.fields[keyword.name])


def test_times_of_the_observation_are_sent_in_utc_whatever_their_scale() -> None:
    keywords = [Keyword(name, name, TIME) for name in ("DATE-BEG", "DATEREF", "DATE", "RELEASE")]
    header = {"TIMESYS": "TAI"} | {keyword.name: "2019-04-19T17:35:32.000" for keyword in keywords}
    fields, left_out = keyword_fields(header, keywords)
    utc, as_it_is = "2019-04-19T17:34:55.000000", "2019-04-19T17:35:32.000000"
    assert fields == {"DATE-BEG": utc, "DATEREF": utc, "DATE": as_it_is, "RELEASE": as_it_is}
    assert left_out == []


@pytest.mark.parametrize(
    ("waveunit", "unit", "sent"),
    [
        (-10, "nm", 617.15),
        ("angstrom", "nm", 617.15),
        ([-10, -10], "nm", 617.15),
        (-10, "Angstrom", 6171.5),
        (-9, "nm", 6171.5),
        (None, "nm", 6171.5),
        (-10, "", 6171.5),
        (-10, "s", 6171.5),
        ("nonsense", "nm", 6171.5),
    ],
)
def test_wavelengths_are_sent_in_the_unit_of_the_dataset(waveunit: object, unit: str, sent: float) -> None:
    fields, _ = keyword_fields({"WAVEMIN": 6171.5, "WAVEUNIT": waveunit}, [Keyword("wavemin", "WAVEMIN", REAL, unit)])
    assert fields == {"wavemin": pytest.approx(sent)}
