"""Times of FITS headers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from common.errors import PermanentError
from cubefile.dates import parse_date, parse_time, time_scale


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2019-04-19T17:34:55", 0),
        ("2019-04-19T17:34:55.", 0),
        ("2019-04-19T17:34:55.5", 500_000),
        ("2019-04-19T17:34:55.50", 500_000),
        ("2019-04-19T17:34:55.503", 503_000),
        ("2019-04-19T17:34:55.5039", 503_900),
        ("2019-04-19T17:34:55.50395", 503_950),
        ("2019-04-19T17:34:55.503951", 503_951),
        ("2019-04-19T17:34:55.5039519", 503_951),
        ("2019-04-19T17:34:55.503951999", 503_951),
        ("2019-04-19T17:34:55.5Z", 500_000),
        ("  2019-04-19T17:34:55  ", 0),
        ("2019-04-19 17:34:55.5", 500_000),
    ],
)
def test_any_number_of_digits_is_read(text, microsecond):
    assert parse_time("DATE-BEG", text) == datetime(2019, 4, 19, 17, 34, 55, microsecond, tzinfo=UTC)


def test_seconds_may_be_missing():
    assert parse_time("DATE-BEG", "2019-04-19T17:34") == datetime(2019, 4, 19, 17, 34, tzinfo=UTC)


def test_a_day_is_its_midnight():
    assert parse_time("DATE-BEG", "2019-04-19") == datetime(2019, 4, 19, tzinfo=UTC)


def test_a_leap_second_is_the_second_after_it():
    assert parse_time("DATE-BEG", "2016-12-31T23:59:60.25") == datetime(2017, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)


def test_the_day_of_a_release():
    assert parse_date("RELEASE", "2020-08-05") == date(2020, 8, 5)
    assert parse_date("RELEASE", "2020-08-05T23:59:59") == date(2020, 8, 5)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "MISSING",
        "2019-04-19T17",
        "2019-04-19  17:34:55",
        "2019-04-19T17:34:55.5.5",
        "2019-04-19T17:34:55+02:00",
        "2019-04-19T17:34:55 UTC",
        "19/04/2019",
        "2019-4-19",
        "2019-13-19",
        "2019-02-29",
        "2019-04-31T00:00:00",
        "0000-01-01",
        "2019-04-19T24:00:00",
        "2019-04-19T17:60:00",
        "2019-04-19T17:34:61",
        "9999-12-31T23:59:60",
        "-2019-04-19",
        "+12019-04-19",
        "２０１９-04-19",
        "2019-04-19T17:34:55\n2019",
        20190419,
        2019.5,
        True,
        None,
        ["2019-04-19"],
    ],
)
def test_it_refuses(value):
    for parse in (parse_time, parse_date):
        with pytest.raises(PermanentError, match="DATE-BEG"):
            parse("DATE-BEG", value)


def test_an_error_shortens_a_long_value():
    with pytest.raises(PermanentError) as refused:
        parse_time("DATE-BEG", "x" * 1_000_000)
    assert len(str(refused.value)) < 300


def test_a_day_in_the_form_of_before_1999():
    assert parse_time("DATE-BEG", "07/05/97") == datetime(1997, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timesys", "ahead"),
    [("UTC", 0), (None, 0), ("UT1", 0), ("TAI", 37), ("iat", 37), ("TT", 69.184), ("TDT(TAI)", 69.184), ("GPS", 18)],
)
def test_times_of_other_scales_become_utc(timesys, ahead):
    moment = datetime(2019, 4, 19, 17, 34, 55, tzinfo=UTC)
    assert parse_time("DATE-BEG", "2019-04-19T17:34:55", time_scale(timesys) or "") == moment - timedelta(seconds=ahead)


@pytest.mark.parametrize("timesys", ["LOCAL", "noon", 5])
def test_a_scale_that_cannot_be_converted_to_utc_is_unknown(timesys):
    assert time_scale(timesys) is None
